//! What the token endpoint remembers when the program is killed. Its rules are tested in
//! `idp/tests/http/token`.

use serde_json::json;
use tests::relying::{Key, Relying, now, unique};
use tests::world::{Options, Program, World};

/// Attack 38: an assertion's id is remembered in the database, so a restart forgets nothing.
#[tokio::test(flavor = "multi_thread")]
async fn an_assertion_is_spent_across_a_restart() {
    let options = Options { insurers: vec!["minato"], ..Options::default() };
    World::on_each_engine(options, async |world| {
        let key = Key::new();
        let jwks = json!({"keys": [key.jwk()]}).to_string().replace("\":", "\" = ");
        let client = Relying::register(
            world,
            "private",
            &format!(
                "token_endpoint_auth_method = \"private_key_jwt\"\njwks = {jwks}\n\
                 grant_types = [\"client_credentials\"]\n"
            ),
        );
        let claims = json!({"iss": "private", "sub": "private", "aud": client.issuer,
                            "jti": unique(), "exp": now() + 60});
        let assertion = key.sign(&json!({"alg": "ES256"}), &claims);
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_assertion_type", kind),
            ("client_assertion", assertion.as_str()),
        ];
        client.post("token", &fields, None).await.good();
        world.kill(Program::Idp);
        world.launch(Program::Idp).await;
        client.post("token", &fields, None).await.refused("invalid_client");
    })
    .await;
}
