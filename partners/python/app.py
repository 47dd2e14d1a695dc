"""A partner's site: people log in at their insurer, and Authlib does the protocol."""

import os
from urllib.parse import urlencode

from authlib.integrations.flask_client import OAuth, OAuthError
from flask import Flask, jsonify, redirect, request, session
from joserfc.errors import JoseError

ISSUER, PORT = os.environ["ISSUER"], int(os.environ["PORT"])
CLIENT_ID = os.environ["CLIENT_ID"]
BASE = f"http://localhost:{PORT}"  # your https address in production

app = Flask(__name__)
# Flask keeps the session in a signed cookie. This key dies with the program: in production keep
# one, and keep it secret.
app.secret_key = os.urandom(32)
app.json.ensure_ascii = False
app.config.update(
    SESSION_COOKIE_NAME="partner",
    # The browser must send the cookie when the provider sends it back to /callback.
    SESSION_COOKIE_SAMESITE="Lax",
    SESSION_COOKIE_SECURE=BASE.startswith("https:"),
)

# Authlib takes an issuer with http as it is: there is no switch to turn for a trial.
insurer = OAuth(app).register(
    "insurer",
    server_metadata_url=f"{ISSUER}/.well-known/openid-configuration",
    client_id=CLIENT_ID,
    client_secret=os.environ["CLIENT_SECRET"],
    client_kwargs={
        "scope": "openid profile email",
        "code_challenge_method": "S256",
        "token_endpoint_auth_method": "client_secret_basic",
    },
)
# Authlib would accept every algorithm that the provider offers; ours is ES256.
insurer.load_server_metadata()["id_token_signing_alg_values_supported"] = ["ES256"]


@app.get("/")
def home():
    return '<h1>A partner</h1> <a href="/me">Log in</a> <a href="/logout">Log out</a>'


@app.get("/login")
def login():
    # Silent single sign-on: the provider asks nothing and answers login_required instead.
    silent = {"prompt": "none"} if request.args.get("prompt") == "none" else {}
    return insurer.authorize_redirect(f"{BASE}/callback", **silent)


@app.get("/callback")
def callback():
    token = insurer.authorize_access_token()
    claims = token["userinfo"]  # Authlib's name for the claims of the ID token
    info = insurer.userinfo(token=token)
    if info["sub"] != claims["sub"]:
        return "Login failed: userinfo is of somebody else", 400
    session.clear()
    session["member"] = {**claims, **info}
    session["id_token"] = token["id_token"]
    return redirect("/me")


@app.get("/me")
def me():
    return jsonify(session["member"]) if "member" in session else redirect("/login")


# In your own site a form that posts: a link can be followed by anybody's page.
@app.get("/logout")
def logout():
    query = {"post_logout_redirect_uri": f"{BASE}/", "client_id": CLIENT_ID}
    if "id_token" in session:
        query["id_token_hint"] = session["id_token"]
    session.clear()
    endpoint = insurer.load_server_metadata()["end_session_endpoint"]
    return redirect(f"{endpoint}?{urlencode(query)}")


@app.errorhandler(OAuthError)
@app.errorhandler(JoseError)
def failed(error):
    """The provider's word, such as access_denied; otherwise what Authlib found wrong."""
    text = f"Login failed: {error.error} ({error.description})"
    return text, 400, {"content-type": "text/plain; charset=utf-8"}


if __name__ == "__main__":
    # Flask's own server is for trials; in production any WSGI server runs `app:app`.
    app.run("127.0.0.1", PORT)
