// Standard flows against a running provider, by libraries that nobody at Musubi wrote: openid-client
// speaks the protocol, jose signs and verifies. A deviation from a specification is a failure.
//
// Environment: ISSUER, REDIRECT (nothing listens there), MANAGER_SECRET (of the client in
// clients/standard-manager.toml), INITIAL_ACCESS_TOKEN (of `idp client invite`, for 20 clients).
// Arguments: only scenarios whose names contain one of them. A provider with `dpop_nonce_required`
// is served with its nonces.
//
// Whoever drives this is the browser. A line {"visit": URL} asks to open an address, signed in as
// one member who signs in again whenever asked and allows everything ({"deny": true} or
// {"device": "deny"}: who says no). One line answers: {"location": URL} (left the provider by a
// redirect), {"form": {…}, "action": URL} (would leave it by a form) or {"page": status} (stayed).
// {"ok": name} and {"failed": name, "why": text} are results.
//
// Keys are made at every start, so clients with keys cannot stand in TOML files: the script makes
// its clients through the admin API.
import { createInterface } from "node:readline";
import { isDeepStrictEqual } from "node:util";
import * as jose from "jose";
import * as client from "openid-client";

const { ISSUER, REDIRECT, MANAGER_SECRET, INITIAL_ACCESS_TOKEN } = process.env;
const CLIENT_CREDENTIALS = "client_credentials";
const DEVICE = "urn:ietf:params:oauth:grant-type:device_code";
const EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";
const ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const FAPI_ALGORITHMS = ["ES256", "PS256", "EdDSA"];
const ALGORITHMS = ["RS256", ...FAPI_ALGORITHMS];

// ---------------------------------------------------------------------------------------------
// What every scenario uses

const scenarios = [];
const scenario = (name, run) => scenarios.push({ name, run });

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const show = (value) => (typeof value === "string" ? value : JSON.stringify(value));
const now = () => Math.floor(Date.now() / 1000);
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

function check(good, why) {
  if (!good) throw new Error(why);
}
function same(found, expected, what) {
  check(isDeepStrictEqual(found, expected), `${what} is ${show(found)}, not ${show(expected)}`);
}
function within(found, allowed, what) {
  check(allowed.includes(found), `${what} is ${show(found)}, not one of ${show(allowed)}`);
}

/** Opens an address in the browser. */
async function visit(url, more = {}) {
  say({ visit: String(url), ...more });
  const { value, done } = await lines.next();
  if (done) throw new Error("the browser has gone");
  return JSON.parse(value);
}

/** The newest nonce of a provider that insists on them (RFC 9449 §8). */
let nonce;

/** Requests an address without a browser: no cookies, no redirects followed. */
async function http(url, options = {}) {
  const response = await fetch(url, { redirect: "manual", ...options });
  if (nonce) nonce = response.headers.get("dpop-nonce") ?? nonce;
  const text = await response.text();
  let body = text;
  try {
    body = JSON.parse(text);
  } catch {}
  return { status: response.status, headers: response.headers, text, body };
}
const form = (url, fields, headers = {}) =>
  http(url, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
    body: new URLSearchParams(fields),
  });
const basic = (id, secret) =>
  `Basic ${btoa(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`)}`;
const bearer = (token) => ({ authorization: `Bearer ${token}` });

/** RFC 6749 §5.2: an error answer is JSON, never stored, and names the error. */
function errorAnswer(answer, status, errors, what) {
  const shown = `${what}: ${answer.status} ${answer.text.slice(0, 300)}`;
  check([status].flat().includes(answer.status), `status ${show(status)} expected; ${shown}`);
  check([errors].flat().includes(answer.body?.error), `error ${show(errors)} expected; ${shown}`);
  const kind = answer.headers.get("content-type") ?? "";
  check(kind.startsWith("application/json"), `content-type ${kind}; ${shown}`);
}

/** A promise of openid-client that must fail with one of these OAuth errors. */
async function refused(promise, errors, what) {
  let value;
  try {
    value = await promise;
  } catch (error) {
    const challenge = error.cause?.[0]?.parameters?.error;
    const name = error.error ?? error.cause?.error ?? challenge;
    check([errors].flat().includes(name), `${what}: ${name ?? error.stack} instead of ${errors}`);
    return error;
  }
  throw new Error(`${what}: accepted with ${show(value)}`);
}

const metadata = {};
const endpoint = (name) => metadata[`${name}_endpoint`];

/** A key pair of a JWS or JWE algorithm with the public key as clients publish it. */
async function keyPair(alg, use = "sig") {
  const crv = alg === "EdDSA" ? "Ed25519" : alg.startsWith("ECDH") ? "P-256" : undefined;
  const pair = await jose.generateKeyPair(alg, { extractable: true, crv });
  const kid = `${alg}-${client.randomState().slice(0, 6)}`;
  const jwk = { ...(await jose.exportJWK(pair.publicKey)), kid, alg, use };
  return { ...pair, alg, kid, jwk };
}

/** Signs claims; `header` and `claims` replace members, undefined removes. */
const clean = (object) =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
const sign = (key, header, claims) =>
  new jose.SignJWT(clean(claims))
    .setProtectedHeader(clean({ alg: key.alg, kid: key.kid, ...header }))
    .sign(key.privateKey);

/** openid-client calls EdDSA by its new name (RFC 9864); the provider advertises the old one. */
const oldName = (key) => ({
  [client.modifyAssertion]: (header) => {
    header.alg = key.alg;
  },
});

let managing;
async function admin(method, id, body) {
  managing ??= await form(
    endpoint("token"),
    { grant_type: CLIENT_CREDENTIALS, scope: "musubi:clients" },
    { authorization: basic("standard-manager", MANAGER_SECRET) },
  );
  check(managing.status === 200, `the manager gets no token: ${managing.text}`);
  return http(`${ISSUER}/admin/clients/${id}`, {
    method,
    headers: { ...bearer(managing.body.access_token), "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
}

const run = client.randomState().slice(0, 8);
let made = 0;

/** A client that sends nobody to the authorization endpoint. */
const SERVICE = {
  grant_types: [CLIENT_CREDENTIALS],
  response_types: [],
  redirect_uris: [],
  scopes: ["meals:read"],
};

/** Registers a client and configures openid-client for it. */
async function relyingParty(wanted = {}) {
  const id = `standard-${run}-${++made}`;
  const { key, decrypts, ...asked } = wanted;
  const method = asked.token_endpoint_auth_method ?? "client_secret_basic";
  const own = key ?? (method === "private_key_jwt" ? await keyPair("ES256") : undefined);
  const keys = [own?.jwk, decrypts?.jwk].filter(Boolean);
  const document = {
    name: { ja: `試験 ${made}`, en: `Test ${made}` },
    token_endpoint_auth_method: method,
    redirect_uris: [REDIRECT],
    scopes: ["openid", "profile", "email"],
    consent_obtained: true,
    ...(keys.length ? { jwks: { keys } } : {}),
    ...asked,
  };
  const answer = await admin("PUT", id, document);
  check(answer.status === 201, `client ${show(asked)}: ${answer.status} ${answer.text}`);
  return configure(id, answer.body.client_secret, answer.body, { key: own, decrypts });
}

function configure(id, secret, registered, { key, decrypts } = {}) {
  const methods = {
    client_secret_basic: () => client.ClientSecretBasic(secret),
    client_secret_post: () => client.ClientSecretPost(secret),
    client_secret_jwt: () => client.ClientSecretJwt(secret),
    private_key_jwt: () =>
      client.PrivateKeyJwt({ key: key.privateKey, kid: key.kid }, oldName(key)),
    none: () => client.None(),
  };
  const names = ["id_token_signed_response_alg", "userinfo_signed_response_alg"];
  names.push("authorization_signed_response_alg", "introspection_signed_response_alg");
  names.push("default_max_age", "require_auth_time");
  const about = Object.fromEntries(names.map((name) => [name, registered[name]]));
  const auth = methods[registered.token_endpoint_auth_method]();
  const config = new client.Configuration({ ...metadata }, id, clean(about), auth);
  client.allowInsecureRequests(config);
  client.enableNonRepudiationChecks(config);
  if (decrypts) {
    const enc = registered.id_token_encrypted_response_enc ?? "A128CBC-HS256";
    const { privateKey, alg, kid } = decrypts;
    client.enableDecryptingResponses(config, [enc], { key: privateKey, alg, kid });
  }
  return { id, secret, config, key, registered };
}

/** An authorization request: what goes out, and what its answer is checked against. */
async function request(rp, changes = {}) {
  const verifier = client.randomPKCECodeVerifier();
  const parameters = clean({
    response_type: "code",
    redirect_uri: REDIRECT,
    scope: "openid",
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state: client.randomState(),
    nonce: client.randomNonce(),
    ...changes,
  });
  return { rp, parameters, verifier, state: parameters.state, nonce: parameters.nonce };
}
const query = (parameters) => {
  const pairs = Object.entries(parameters).flatMap(([name, value]) =>
    [value].flat().map((one) => [name, one]),
  );
  return new URLSearchParams(pairs);
};
const address = ({ rp, parameters }) => client.buildAuthorizationUrl(rp.config, query(parameters));

/** What a browser would bring to the redirect URI. */
function arrived(answer) {
  if (answer.form) {
    const body = new URLSearchParams(answer.form);
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    return new Request(answer.action, { method: "POST", headers, body });
  }
  check(answer.location, `the browser was not sent back: ${show(answer)}`);
  return new URL(answer.location);
}
const checks = (asked, more = {}) => ({
  pkceCodeVerifier: asked.verifier,
  expectedState: asked.state,
  expectedNonce: asked.nonce,
  ...more,
});
const redeem = (asked, answer, more = {}, parameters, options) =>
  client.authorizationCodeGrant(
    asked.rp.config,
    arrived(answer),
    checks(asked, more),
    parameters,
    options,
  );

/** The whole code flow. */
async function login(rp, changes = {}, more = {}) {
  const asked = await request(rp, changes);
  const answer = await visit(address(asked));
  const tokens = await redeem(asked, answer, more);
  return { ...asked, answer, tokens, claims: tokens.claims() };
}

/** A code, not redeemed. */
async function code(rp, changes = {}) {
  const asked = await request(rp, changes);
  const answer = await visit(address(asked));
  const found = arrived(answer).searchParams.get("code");
  check(found, `no code: ${show(answer)}`);
  return { ...asked, answer, code: found };
}
/** Redeems by hand: `changes` replaces parameters, undefined removes. */
const exchangeCode = (asked, changes = {}, headers = {}) =>
  form(
    endpoint("token"),
    clean({
      grant_type: "authorization_code",
      code: asked.code,
      redirect_uri: REDIRECT,
      code_verifier: asked.verifier,
      ...changes,
    }),
    clean({ authorization: basic(asked.rp.id, asked.rp.secret), ...headers }),
  );

/** RFC 6749 §4.1.2.1, RFC 9207: an error at the redirect URI with state and iss. */
function sentError(answer, asked, errors, part = "searchParams") {
  const url = arrived(answer);
  const found = part === "hash" ? new URLSearchParams(url.hash.slice(1)) : url.searchParams;
  within(found.get("error"), [errors].flat(), `error at ${url}`);
  same(found.get("state"), asked.state ?? null, `state at ${url}`);
  same(found.get("iss"), ISSUER, `iss at ${url}`);
  same(found.get("code"), null, "code");
  return found;
}
/** The authorization endpoint without a browser, as an answer of the browser. */
async function front(url) {
  const answer = await http(url);
  const location = answer.headers.get("location");
  const outside = location && !location.startsWith(ISSUER) && !location.startsWith("/");
  return outside ? { location } : { page: answer.status, location: undefined };
}
/** RFC 6749 §4.1.2.1: who cannot be trusted is not redirected to. */
async function isPage(url, what) {
  const answer = await front(url);
  check(!answer.location && answer.page === 400, `${what}: ${show(answer)} instead of a page`);
}

const userinfo = (token, options = {}) =>
  http(endpoint("userinfo"), { headers: bearer(token), ...options });
async function userinfoRefuses(token, what) {
  const answer = await userinfo(token);
  same(answer.status, 401, `${what}: status of userinfo`);
  const challenge = answer.headers.get("www-authenticate") ?? "";
  check(/^Bearer .*error="invalid_token"/.test(challenge), `${what}: challenge ${challenge}`);
}
const introspect = (rp, token) => client.tokenIntrospection(rp.config, token);
/** The provider's keys, for jose. */
const providerKeys = () => jose.createRemoteJWKSet(new URL(metadata.jwks_uri));

// ---------------------------------------------------------------------------------------------
// Discovery

scenario("OpenID Connect Discovery §4, RFC 8414 §3: both documents are the same", async () => {
  const { origin, pathname } = new URL(ISSUER);
  const addresses = [
    `${ISSUER}/.well-known/openid-configuration`,
    `${origin}/.well-known/oauth-authorization-server${pathname}`,
  ];
  for (const url of addresses) {
    const answer = await http(url);
    same(answer.status, 200, url);
    check(answer.headers.get("content-type").startsWith("application/json"), "content-type");
    same(answer.body.issuer, ISSUER, `issuer at ${url}`);
    same(answer.body, metadata, url);
  }
  for (const algorithm of ["oidc", "oauth2"]) {
    const options = { algorithm, execute: [client.allowInsecureRequests] };
    const config = await client.discovery(new URL(ISSUER), "anybody", {}, client.None(), options);
    same(config.serverMetadata().issuer, ISSUER, algorithm);
  }
});

scenario("OpenID Connect Discovery §3: required metadata, keys without secrets", async () => {
  for (const name of ["authorization", "token", "userinfo", "introspection", "revocation"]) {
    check(endpoint(name)?.startsWith(`${ISSUER}/`), `${name}_endpoint`);
  }
  within("RS256", metadata.id_token_signing_alg_values_supported, "RS256");
  within("openid", metadata.scopes_supported, "openid");
  for (const name of ["response_types_supported", "subject_types_supported"]) {
    check(Array.isArray(metadata[name]), name);
  }
  within("S256", metadata.code_challenge_methods_supported, "S256");
  same(metadata.authorization_response_iss_parameter_supported, true, "RFC 9207");
  const { body, headers } = await http(metadata.jwks_uri);
  check(/^application\/(json|jwk-set\+json)/.test(headers.get("content-type")), "jwks");
  const kids = body.keys.map((key) => key.kid);
  same(new Set(kids).size, kids.length, "distinct kids");
  for (const key of body.keys) {
    check(!key.d && !key.p && !key.k && key.kty !== "oct", `private key ${key.kid}`);
  }
});

scenario("RFC 9110 §9.3.2: HEAD on discovery, keys and the authorization endpoint", async () => {
  const asked = await request(await relyingParty());
  const urls = [`${ISSUER}/.well-known/openid-configuration`, metadata.jwks_uri, address(asked)];
  for (const url of urls) {
    const answer = await http(url, { method: "HEAD" });
    check(answer.status < 400, `HEAD ${url}: ${answer.status}`);
    same(answer.text, "", "body");
  }
});

// ---------------------------------------------------------------------------------------------
// The code flow, client authentication

scenario("a client from a TOML file", async () => {
  const about = { token_endpoint_auth_method: "client_secret_basic" };
  about.id_token_signed_response_alg = "ES256";
  const { claims } = await login(configure("standard-applied", MANAGER_SECRET, about));
  same(claims.aud, "standard-applied", "aud");
});

for (const method of ["client_secret_basic", "client_secret_post", "client_secret_jwt", "none"]) {
  scenario(`OpenID Connect Core §9: code and PKCE with ${method}`, async () => {
    const rp = await relyingParty({ token_endpoint_auth_method: method });
    const { tokens, claims } = await login(rp, { scope: "openid email" });
    same(claims.aud, rp.id, "aud");
    const info = await client.fetchUserInfo(rp.config, tokens.access_token, claims.sub);
    check(info.email, `no email: ${show(info)}`);
  });
}
for (const alg of ALGORITHMS) {
  scenario(`OpenID Connect Core §9: private_key_jwt with ${alg}`, async () => {
    const key = await keyPair(alg);
    const rp = await relyingParty({ token_endpoint_auth_method: "private_key_jwt", key });
    await login(rp);
  });
}

/** A client assertion; `header` and `claims` replace members. */
const assertion = (rp, claims = {}, key = rp.key, header = {}) =>
  sign(key, header, {
    iss: rp.id,
    sub: rp.id,
    aud: ISSUER,
    jti: client.randomState(),
    iat: now(),
    exp: now() + 60,
    ...claims,
  });
const asserted = async (jwt, fields = {}, headers = {}) =>
  form(
    endpoint("token"),
    {
      grant_type: CLIENT_CREDENTIALS,
      client_assertion_type: ASSERTION,
      client_assertion: await jwt,
      ...fields,
    },
    headers,
  );

scenario("RFC 7523 §3: assertions that must be refused", async () => {
  const rp = await relyingParty({
    ...SERVICE,
    token_endpoint_auth_method: "private_key_jwt",
  });
  const key256 = await keyPair("ES256");
  const good = await assertion(rp);
  same((await asserted(good)).status, 200, "a good assertion");
  const bad = {
    "used again": good,
    "wrong key": assertion(rp, {}, await keyPair("ES256")),
    expired: assertion(rp, { iat: now() - 400, exp: now() - 300 }),
    "without exp": assertion(rp, { exp: undefined }),
    "wrong aud": assertion(rp, { aud: "https://other.example" }),
    "without aud": assertion(rp, { aud: undefined }),
    "without sub": assertion(rp, { sub: undefined }),
    "other iss": assertion(rp, { iss: "other" }),
    "not yet valid": assertion(rp, { nbf: now() + 120 }),
    unsigned: new jose.UnsecuredJWT({
      iss: rp.id,
      sub: rp.id,
      aud: ISSUER,
      exp: now() + 60,
    }).encode(),
  };
  for (const [what, jwt] of Object.entries(bad)) {
    errorAnswer(await asserted(jwt), [400, 401], ["invalid_client"], what);
  }
  const rsa = await keyPair("PS256");
  const named = await relyingParty({
    ...SERVICE,
    token_endpoint_auth_method: "private_key_jwt",
    key: rsa,
    token_endpoint_auth_signing_alg: "PS256",
    jwks: { keys: [rsa.jwk, key256.jwk] },
  });
  same((await asserted(assertion(named))).status, 200, "the registered algorithm");
  errorAnswer(
    await asserted(assertion(named, {}, key256)),
    [400, 401],
    "invalid_client",
    "another algorithm",
  );
  const shared = await relyingParty({
    ...SERVICE,
    token_endpoint_auth_method: "client_secret_jwt",
  });
  const hmac = (text) => ({ alg: "HS256", privateKey: new TextEncoder().encode(text) });
  same((await asserted(assertion(shared, {}, hmac(shared.secret)))).status, 200, "the secret");
  const wrong = await asserted(assertion(shared, {}, hmac("x".repeat(43))));
  errorAnswer(wrong, [400, 401], "invalid_client", "another secret");
  const crossed = await asserted(assertion(rp), { client_id: shared.id });
  errorAnswer(
    crossed,
    [400, 401],
    ["invalid_client", "invalid_request"],
    "RFC 7521 §4.2: another client_id",
  );
  same((await asserted(assertion(rp, { nbf: now() + 8 }))).status, 200, "nbf 8 seconds ahead");
  for (const aud of [endpoint("token"), [ISSUER, endpoint("token")]]) {
    const elsewhere = await asserted(assertion(rp, { aud }));
    errorAnswer(elsewhere, [400, 401], "invalid_client", `FAPI 2.0 §5.3.2.1: aud ${aud}`);
  }
});

scenario("RFC 6749 §5.2: a wrong secret, two methods at once", async () => {
  const rp = await relyingParty(SERVICE);
  const fields = { grant_type: CLIENT_CREDENTIALS };
  const wrong = await form(endpoint("token"), fields, { authorization: basic(rp.id, "wrong") });
  errorAnswer(wrong, 401, "invalid_client", "wrong secret");
  check(/^Basic/i.test(wrong.headers.get("www-authenticate") ?? ""), "no WWW-Authenticate: Basic");
  const both = await form(
    endpoint("token"),
    { ...fields, client_id: rp.id, client_secret: rp.secret },
    { authorization: basic(rp.id, rp.secret) },
  );
  errorAnswer(both, [400, 401], ["invalid_request", "invalid_client"], "two methods");
  const none = await form(endpoint("token"), fields);
  errorAnswer(none, [400, 401], ["invalid_client", "invalid_request"], "no client");
  const unknown = await form(endpoint("token"), fields, { authorization: basic("nobody", "x") });
  errorAnswer(unknown, 401, "invalid_client", "unknown client");
});

scenario("RFC 6749 §5.1: token answers are not stored", async () => {
  const asked = await code(await relyingParty());
  const answer = await exchangeCode(asked);
  same(answer.status, 200, "status");
  check(/no-store/.test(answer.headers.get("cache-control") ?? ""), "Cache-Control: no-store");
  check(/^application\/json/.test(answer.headers.get("content-type")), "content-type");
  same(answer.body.token_type.toLowerCase(), "bearer", "token_type");
  check(answer.body.expires_in > 0, "expires_in");
});

scenario("OpenID Connect Core §2, §3.1.3.6: at_hash, kid, iat and no nonce unasked", async () => {
  const rp = await relyingParty();
  const { tokens } = await login(rp, { nonce: undefined }, { idTokenExpected: true });
  const verified = await jose.jwtVerify(tokens.id_token, providerKeys(), {
    issuer: ISSUER,
    audience: rp.id,
  });
  check(verified.protectedHeader.kid, "kid");
  same("nonce" in verified.payload, false, "nonce");
  if (verified.payload.at_hash)
    same(verified.payload.at_hash, await half(tokens.access_token), "at_hash");
});

/** OpenID Connect Core §3.1.3.6, for algorithms with SHA-256. */
async function half(text) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return jose.base64url.encode(new Uint8Array(digest).slice(0, 16));
}

scenario("RFC 6749 §4.1.2, RFC 9207: state comes back as it was, with iss", async () => {
  const state = `a b+c&d="<'>%41;/?#[]@!$~`;
  const rp = await relyingParty();
  for (const response_mode of ["query", "fragment", "form_post"]) {
    const asked = await request(rp, { state, response_mode });
    const answer = await visit(address(asked));
    const url = answer.location && new URL(answer.location);
    const found = answer.form
      ? new URLSearchParams(answer.form)
      : response_mode === "fragment"
        ? new URLSearchParams(url.hash.slice(1))
        : url.searchParams;
    same(found.get("state"), state, `state by ${response_mode}`);
    same(found.get("iss"), ISSUER, `iss by ${response_mode}`);
  }
});

scenario("RFC 7636: codes without, with a wrong and with an unasked verifier", async () => {
  const rp = await relyingParty();
  for (const code_verifier of [undefined, client.randomPKCECodeVerifier()]) {
    const answer = await exchangeCode(await code(rp), { code_verifier });
    errorAnswer(answer, 400, ["invalid_grant"], `verifier ${code_verifier}`);
  }
  const plain = await request(rp, { code_challenge_method: "plain" });
  sentError(await front(address(plain)), plain, "invalid_request");
  // OpenID Connect Core lets confidential clients go without; RFC 9700 §2.1.1: no downgrade.
  const without = { code_challenge: undefined, code_challenge_method: undefined };
  const asked = await code(rp, without);
  errorAnswer(await exchangeCode(asked), 400, ["invalid_grant", "invalid_request"], "downgrade");
  const open = await relyingParty({ token_endpoint_auth_method: "none" });
  const naked = await request(open, without);
  sentError(await front(address(naked)), naked, "invalid_request");
});

scenario("RFC 6749 §4.1.2: a code used again is refused and its tokens end", async () => {
  const rp = await relyingParty({ grant_types: ["authorization_code", "refresh_token"] });
  const asked = await code(rp);
  const first = await exchangeCode(asked);
  same((await userinfo(first.body.access_token)).status, 200, "userinfo before");
  errorAnswer(await exchangeCode(asked), 400, "invalid_grant", "code again");
  await userinfoRefuses(first.body.access_token, "after the code came again");
  await refused(
    client.refreshTokenGrant(rp.config, first.body.refresh_token),
    "invalid_grant",
    "refresh",
  );
});

scenario("RFC 6749 §4.1.3: a code of another client, another redirect_uri", async () => {
  const [rp, other] = [await relyingParty(), await relyingParty()];
  const asked = await code(rp);
  const stolen = await exchangeCode(asked, {}, { authorization: basic(other.id, other.secret) });
  errorAnswer(stolen, 400, "invalid_grant", "another client");
  const elsewhere = await exchangeCode(await code(rp), { redirect_uri: `${REDIRECT}/x` });
  errorAnswer(elsewhere, 400, "invalid_grant", "another redirect_uri");
  const without = await exchangeCode(await code(rp), { redirect_uri: undefined });
  errorAnswer(without, 400, ["invalid_grant", "invalid_request"], "no redirect_uri");
});

scenario("RFC 6749 §4.1.2: of five requests with one code at most one succeeds", async () => {
  const asked = await code(await relyingParty());
  const answers = await Promise.all(Array.from({ length: 5 }, () => exchangeCode(asked)));
  const good = answers.filter((answer) => answer.status === 200);
  check(good.length <= 1, `${good.length} answers`);
  for (const { body } of good) await userinfoRefuses(body.access_token, "a code came again");
});

scenario(
  "RFC 6749 §2.3.1, §3.2, RFC 9110 §11.1: small letters, charset, nothing in the query",
  async () => {
    const rp = await relyingParty(SERVICE);
    const small = basic(rp.id, rp.secret).replace("Basic", "basic");
    const kind = "application/x-www-form-urlencoded; charset=UTF-8";
    const fields = { grant_type: CLIENT_CREDENTIALS };
    const headers = { authorization: small, "content-type": kind };
    same((await form(endpoint("token"), fields, headers)).status, 200, "basic, charset");
    const url = `${endpoint("token")}?grant_type=${CLIENT_CREDENTIALS}`;
    const asked = await form(url, {}, { authorization: small });
    errorAnswer(asked, 400, "invalid_request", "grant_type in the query");
    const { tokens } = await login(await relyingParty());
    const lower = { headers: { authorization: `bearer ${tokens.access_token}` } };
    same((await http(endpoint("userinfo"), lower)).status, 200, "bearer");
  },
);

scenario("OAuth 2.0 without OpenID Connect: no ID token, no userinfo", async () => {
  const rp = await relyingParty();
  const asked = await request(rp, { scope: "email", nonce: undefined });
  const tokens = await redeem(asked, await visit(address(asked)));
  same(tokens.id_token, undefined, "id_token");
  const answer = await userinfo(tokens.access_token);
  same(answer.status, 403, "RFC 6750 §3.1: status of userinfo");
  const challenge = answer.headers.get("www-authenticate") ?? "";
  check(/^Bearer .*error="insufficient_scope"/.test(challenge), challenge);
});

scenario("RFC 6749 §3.1.2: a redirect URI with a query keeps it", async () => {
  const uri = `${REDIRECT}?a=1&b=%20x`;
  const rp = await relyingParty({ redirect_uris: [uri] });
  const asked = await request(rp, { redirect_uri: uri });
  const answer = await visit(address(asked));
  check(answer.location?.startsWith(`${uri}&`), show(answer));
  const found = new URL(answer.location).searchParams.get("code");
  const redeemed = await exchangeCode({ ...asked, code: found }, { redirect_uri: uri });
  same(redeemed.status, 200, "redeemed");
  for (const other of [REDIRECT, `${REDIRECT}?a=1`, `${uri}&c=2`, `${REDIRECT}?b=%20x&a=1`]) {
    await isPage(address(await request(rp, { redirect_uri: other })), other);
  }
});

scenario("RFC 8252 §7: native applications: any loopback port, a private scheme", async () => {
  const scheme = "com.example.app:/callback";
  const rp = await relyingParty({
    application_type: "native",
    token_endpoint_auth_method: "none",
    redirect_uris: ["http://127.0.0.1/callback", "http://[::1]/callback", scheme],
  });
  for (const uri of ["http://127.0.0.1:49152/callback", "http://[::1]:49153/callback", scheme]) {
    const asked = await request(rp, { redirect_uri: uri });
    const answer = await visit(address(asked));
    check(answer.location?.startsWith(`${uri}?`), `${uri}: ${show(answer)}`);
    const found = new URL(answer.location).searchParams.get("code");
    const fields = { redirect_uri: uri, client_id: rp.id };
    const redeemed = await exchangeCode({ ...asked, code: found }, fields, {
      authorization: undefined,
    });
    same(redeemed.status, 200, `${uri}: ${redeemed.text}`);
  }
  for (const uri of [
    "http://127.0.0.1:49152/other",
    "http://127.0.0.2:1/callback",
    "https://127.0.0.1:1/callback",
  ]) {
    await isPage(address(await request(rp, { redirect_uri: uri })), uri);
  }
  const web = await relyingParty();
  const moved = REDIRECT.replace(/:\d+/, ":49152");
  await isPage(
    address(await request(web, { redirect_uri: moved })),
    "a web application's other port",
  );
});

// ---------------------------------------------------------------------------------------------
// Errors

scenario("RFC 6749 §4.1.2.1: unknown clients and addresses get a page", async () => {
  const rp = await relyingParty();
  const asked = await request(rp);
  const change = (name, value) => {
    const url = address(asked);
    if (value === undefined) url.searchParams.delete(name);
    else url.searchParams.set(name, value);
    return url;
  };
  await isPage(change("client_id", "nobody"), "unknown client");
  await isPage(change("client_id"), "no client");
  await isPage(change("redirect_uri", "https://evil.example/"), "foreign redirect_uri");
  for (const tail of ["/", "?x=1", "#x", "/../callback"]) {
    await isPage(change("redirect_uri", REDIRECT + tail), `redirect_uri${tail}`);
  }
  const two = await relyingParty({ redirect_uris: [REDIRECT, `${REDIRECT}2`] });
  await isPage(address(await request(two, { redirect_uri: undefined })), "no redirect_uri");
});

scenario("RFC 6749 §4.1.2.1: other errors go to the client with state and iss", async () => {
  const rp = await relyingParty();
  const bad = [
    [{ response_type: "code magic" }, ["unsupported_response_type", "unauthorized_client"]],
    [{ response_type: "token" }, ["unsupported_response_type", "unauthorized_client"]],
    [{ response_type: "id_token" }, ["unsupported_response_type", "unauthorized_client"]],
    [{ response_type: undefined }, ["invalid_request", "unsupported_response_type"]],
    [{ response_mode: "magic" }, ["invalid_request"]],
    [{ scope: "nothing" }, ["invalid_scope"]],
    [{ max_age: "-1" }, ["invalid_request"]],
    [{ prompt: "none login" }, ["invalid_request"]],
    [{ claims: "{" }, ["invalid_request"]],
    [{ id_token_hint: "e30.e30.x" }, ["invalid_request", "login_required"]],
  ];
  for (const [changes, errors] of bad) {
    const asked = await request(rp, changes);
    const url = address(asked);
    if (!asked.parameters.response_type) url.searchParams.delete("response_type");
    const answer = await front(url);
    check(answer.location, `${show(changes)}: ${show(answer)}`);
    const part = answer.location.includes("#") ? "hash" : "searchParams";
    sentError(answer, asked, errors, part);
  }
});

scenario("RFC 6749 §3.1, §3.2: a parameter comes twice", async () => {
  const rp = await relyingParty();
  const asked = await request(rp);
  const url = address(asked);
  url.searchParams.append("scope", "email");
  const answer = await front(url);
  if (answer.location) sentError(answer, asked, "invalid_request");
  else same(answer.page, 400, "status");
  const body = new URLSearchParams({ grant_type: "authorization_code", code: "a" });
  body.append("code", "b");
  const twice = await form(endpoint("token"), body, { authorization: basic(rp.id, rp.secret) });
  errorAnswer(twice, 400, "invalid_request", "code twice");
});

scenario("RFC 6749 §3.1: unknown and empty parameters do not disturb", async () => {
  const rp = await relyingParty();
  await login(rp, { unknown: "x", display: "page", ui_locales: "en ja", login_hint: "somebody" });
  await login(rp, { claims_locales: "ja", acr_values: "", prompt: "" });
});

scenario("RFC 6749 §3.2: only POST with a form", async () => {
  const get = await http(endpoint("token"));
  same(get.status, 405, "GET");
  check(get.body.error, `no JSON: ${get.text}`);
  check(
    /POST/.test(get.headers.get("allow") ?? ""),
    `RFC 9110 §15.5.6: Allow is ${get.headers.get("allow")}`,
  );
  const json = await http(endpoint("token"), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ grant_type: CLIENT_CREDENTIALS }),
  });
  errorAnswer(json, [400, 415], "invalid_request", "JSON");
});

scenario("RFC 6749 §5.2: grants that are unknown or not the client's", async () => {
  const rp = await relyingParty();
  const headers = { authorization: basic(rp.id, rp.secret) };
  const ask = (fields) => form(endpoint("token"), fields, headers);
  errorAnswer(
    await ask({ grant_type: "password" }),
    400,
    ["unsupported_grant_type", "unauthorized_client"],
    "password",
  );
  errorAnswer(
    await ask({ grant_type: CLIENT_CREDENTIALS }),
    400,
    "unauthorized_client",
    "credentials",
  );
  errorAnswer(await ask({}), 400, "invalid_request", "no grant_type");
  errorAnswer(await ask({ grant_type: "authorization_code" }), 400, "invalid_request", "no code");
  errorAnswer(
    await ask({ grant_type: "authorization_code", code: "x" }),
    400,
    "invalid_grant",
    "no such code",
  );
});

scenario("Fetch: preflight for a registered origin and for another", async () => {
  const known = `https://${run.toLowerCase().replace(/[^a-z0-9]/g, "x")}.app.example`;
  await relyingParty({ allowed_origins: [known] });
  for (const [origin, allowed] of [
    [known, known],
    ["https://evil.example", null],
  ]) {
    for (const name of ["token", "userinfo", "revocation"]) {
      const headers = {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "dpop",
      };
      const answer = await http(endpoint(name), { method: "OPTIONS", headers });
      same(answer.headers.get("access-control-allow-origin"), allowed, `${name} for ${origin}`);
      if (!allowed) continue;
      check(answer.status < 300, `preflight of ${name}: ${answer.status}`);
      check(/POST/.test(answer.headers.get("access-control-allow-methods")), "methods");
      check(/dpop/i.test(answer.headers.get("access-control-allow-headers")), "headers");
    }
  }
  const simple = await form(endpoint("token"), {}, { origin: known });
  same(simple.headers.get("access-control-allow-origin"), known, "the answer itself");
  check(/dpop-nonce/i.test(simple.headers.get("access-control-expose-headers") ?? ""), "exposed");
  const open = await http(`${ISSUER}/.well-known/openid-configuration`, {
    headers: { origin: known },
  });
  within(open.headers.get("access-control-allow-origin"), ["*", known], "discovery");
});

// ---------------------------------------------------------------------------------------------
// Response modes

scenario("OAuth 2.0 Multiple Response Types §2.1: fragment", async () => {
  const asked = await request(await relyingParty(), { response_mode: "fragment" });
  const answer = await visit(address(asked));
  const url = new URL(answer.location);
  same(url.search, "", "query");
  url.search = url.hash.slice(1);
  url.hash = "";
  await redeem(asked, { location: url.href });
});

scenario("OAuth 2.0 Form Post: form_post, also for errors", async () => {
  const rp = await relyingParty({ consent_obtained: false });
  const asked = await request(rp, { response_mode: "form_post" });
  const no = await visit(address(asked), { deny: true });
  check(no.form, `no form: ${show(no)}`);
  same(
    [no.form.error, no.form.state, no.form.iss],
    ["access_denied", asked.state, ISSUER],
    "denied",
  );
  const answer = await visit(address(asked));
  check(answer.form, `no form: ${show(answer)}`);
  same(answer.action, REDIRECT, "action");
  await redeem(asked, answer);
});

/** JARM §2.4: verifies the answer with jose and lays it open. */
async function openJarm(rp, text, alg = "ES256") {
  const keys = providerKeys();
  const options = { issuer: ISSUER, audience: rp.id, algorithms: [alg], requiredClaims: ["exp"] };
  const { payload } = await jose.jwtVerify(text, keys, options);
  const { aud, exp, ...rest } = payload;
  check(exp - now() <= 600, "JARM §2.1: a lifetime of at most 10 minutes");
  return new URLSearchParams(rest);
}
for (const mode of ["jwt", "query.jwt", "fragment.jwt", "form_post.jwt"]) {
  scenario(`JARM §2.3: ${mode}`, async () => {
    const rp = await relyingParty({
      authorization_signed_response_alg: "PS256",
      consent_obtained: false,
    });
    const asked = await request(rp, { response_mode: mode });
    const open = async (answer) => {
      const url = answer.location && new URL(answer.location);
      const found = answer.form
        ? new URLSearchParams(answer.form)
        : mode === "fragment.jwt"
          ? new URLSearchParams(url.hash.slice(1))
          : url.searchParams;
      same([...found.keys()], ["response"], "parameters");
      return openJarm(rp, found.get("response"), "PS256");
    };
    const no = await open(await visit(address(asked), { deny: true }));
    same([no.get("error"), no.get("state")], ["access_denied", asked.state], "denied");
    const answer = await open(await visit(address(asked)));
    const url = new URL(REDIRECT);
    url.search = answer;
    await redeem(asked, { location: url.href });
    if (mode === "fragment.jwt") return;
    client.useJwtResponseMode(rp.config);
    const again = await request(rp, { response_mode: mode });
    await redeem(again, await visit(address(again)));
  });
}

scenario("JARM §3: RS256 when no algorithm is registered", async () => {
  const rp = await dynamic({ id_token_signed_response_alg: "ES256" });
  const asked = await request(rp, { response_mode: "jwt" });
  const text = arrived(await visit(address(asked))).searchParams.get("response");
  same(jose.decodeProtectedHeader(text).alg, "RS256", "authorization_signed_response_alg");
});

scenario("RFC 9701 §6: RS256 when no algorithm is registered", async () => {
  const rp = await dynamic({ id_token_signed_response_alg: "ES256" });
  const { tokens } = await login(rp);
  const raw = await form(
    endpoint("introspection"),
    { token: tokens.access_token },
    { authorization: basic(rp.id, rp.secret), accept: "application/token-introspection+jwt" },
  );
  same(jose.decodeProtectedHeader(raw.text).alg, "RS256", "introspection_signed_response_alg");
});

// ---------------------------------------------------------------------------------------------
// PAR and JAR

scenario("RFC 9126: a pushed request, good once, for its own client", async () => {
  const rp = await relyingParty({ require_pushed_authorization_requests: true });
  const asked = await request(rp);
  const url = await client.buildAuthorizationUrlWithPAR(rp.config, query(asked.parameters));
  same([...url.searchParams.keys()].sort(), ["client_id", "request_uri"], "parameters");
  const other = await relyingParty();
  const foreign = new URL(url);
  foreign.searchParams.set("client_id", other.id);
  await isPage(foreign, "another client's request_uri");
  // FAPI 2.0 §5.3.2.2, note: opening it twice before anything is granted does not use it up.
  await front(url);
  await front(url);
  const outer = new URL(url);
  outer.searchParams.set("state", "outer");
  await redeem(asked, await visit(outer));
  const again = await visit(url);
  check(again.page >= 400, `request_uri used again: ${show(again)}`);
  const plain = await front(address(asked));
  if (plain.location) sentError(plain, asked, "invalid_request");
  else same(plain.page, 400, "not pushed");
});

scenario("RFC 9126 §2: what the endpoint refuses", async () => {
  const rp = await relyingParty();
  const asked = await request(rp);
  const headers = { authorization: basic(rp.id, rp.secret) };
  const push = (changes, more = headers) =>
    form(
      endpoint("pushed_authorization_request"),
      clean({ ...asked.parameters, client_id: rp.id, ...changes }),
      more,
    );
  const good = await push({});
  same(good.status, 201, "status");
  check(good.body.expires_in >= 5, "expires_in");
  check(/no-store|no-cache/.test(good.headers.get("cache-control") ?? ""), "cache-control");
  errorAnswer(
    await push({ request_uri: good.body.request_uri }),
    400,
    "invalid_request",
    "request_uri",
  );
  errorAnswer(
    await push({ redirect_uri: "https://evil.example/" }),
    400,
    ["invalid_request", "invalid_redirect_uri"],
    "redirect_uri",
  );
  errorAnswer(
    await push({ response_type: "magic" }),
    400,
    ["unsupported_response_type", "invalid_request"],
    "response_type",
  );
  errorAnswer(await push({}, {}), 401, "invalid_client", "no authentication");
  same((await http(endpoint("pushed_authorization_request"))).status, 405, "GET");
});

/** Request objects are signed by jose: openid-client names EdDSA otherwise. */
const requestObject = (asked, header = {}, claims = {}, key = asked.rp.key) =>
  sign(
    key,
    { typ: "oauth-authz-req+jwt", ...header },
    {
      ...asked.parameters,
      client_id: asked.rp.id,
      iss: asked.rp.id,
      aud: ISSUER,
      iat: now(),
      nbf: now(),
      exp: now() + 60,
      jti: client.randomState(),
      ...claims,
    },
  );
const withObject = (rp, object, more = {}) => {
  const url = new URL(endpoint("authorization"));
  url.search = new URLSearchParams({ client_id: rp.id, request: object, ...more });
  return url;
};
for (const alg of ALGORITHMS) {
  scenario(`RFC 9101: a request object with ${alg}`, async () => {
    const key = await keyPair(alg);
    const rp = await relyingParty({ key, request_object_signing_alg: alg });
    const asked = await request(rp);
    const object = await requestObject(asked);
    await redeem(asked, await visit(withObject(rp, object)));
  });
}

scenario("RFC 9101: openid-client's request object, also pushed", async () => {
  const key = await keyPair("ES256");
  const rp = await relyingParty({ key, require_signed_request_object: true });
  const asked = await request(rp);
  const { privateKey, kid } = key;
  const build = () =>
    client.buildAuthorizationUrlWithJAR(rp.config, query(asked.parameters), {
      key: privateKey,
      kid,
    });
  await redeem(asked, await visit(await build()));
  const pushed = await client.buildAuthorizationUrlWithPAR(rp.config, (await build()).searchParams);
  await redeem(asked, await visit(pushed));
  const plain = await front(address(asked));
  if (plain.location) sentError(plain, asked, ["invalid_request", "invalid_request_object"]);
  else same(plain.page, 400, "unsigned");
});

scenario("OpenID Connect Core §6.1: the object overrides the parameters around it", async () => {
  const rp = await relyingParty({ key: await keyPair("RS256") });
  const asked = await request(rp);
  const { response_type, scope, ...inner } = asked.parameters;
  const object = await sign(rp.key, {}, { ...inner, iss: rp.id, aud: ISSUER });
  const url = withObject(rp, object, {
    response_type,
    scope,
    state: "outer",
    redirect_uri: REDIRECT,
  });
  await redeem(asked, await visit(url));
});

scenario("RFC 9101 §6.3: parameters around the object do not count", async () => {
  const rp = await relyingParty({ key: await keyPair("ES256") });
  const asked = await request(rp, { state: undefined });
  const object = await requestObject(asked);
  await redeem(asked, await visit(withObject(rp, object, { state: "outer", nonce: "outer" })));
});

scenario(
  "RFC 9101 §4, RFC 9396 §3: a request object with numbers, objects and arrays",
  async () => {
    const rp = await relyingParty({
      key: await keyPair("PS256"),
      authorization_details_types: ["meal_plan"],
      resources: [API, SECOND],
    });
    const asked = await request(rp);
    const details = [{ type: "meal_plan", actions: ["read"] }];
    const more = {
      max_age: 10000,
      claims: { id_token: { email: null } },
      authorization_details: details,
      resource: [API, SECOND],
    };
    const object = await requestObject(asked, {}, more);
    const tokens = await redeem(asked, await visit(withObject(rp, object)), { maxAge: 10000 });
    check(tokens.claims().email, "claims");
    same(tokens.authorization_details, details, "authorization_details");
    const about = await introspect(rp, tokens.access_token);
    same([about.aud].flat().sort(), [API, SECOND], "resource");
  },
);

scenario("RFC 9101 §5: request and request_uri together", async () => {
  const rp = await relyingParty({ key: await keyPair("ES256") });
  const asked = await request(rp);
  const more = { request_uri: "https://a.example/r", redirect_uri: REDIRECT, state: asked.state };
  const answer = await front(withObject(rp, await requestObject(asked), more));
  const errors = ["invalid_request", "invalid_request_object", "invalid_request_uri"];
  if (answer.location) sentError(answer, asked, errors);
  else same(answer.page, 400, "status");
});

scenario("RFC 9101 §6, RFC 8725: request objects that must be refused", async () => {
  const key = await keyPair("ES256");
  const rp = await relyingParty({ key });
  const asked = await request(rp);
  const { parameters } = asked;
  const unsigned = { ...parameters, client_id: rp.id, iss: rp.id, aud: ISSUER, exp: now() + 60 };
  const secret = { alg: "HS256", privateKey: new TextEncoder().encode(JSON.stringify(key.jwk)) };
  const bad = {
    "alg none": new jose.UnsecuredJWT(unsigned).encode(),
    "wrong key": requestObject(asked, { kid: key.kid }, {}, await keyPair("ES256")),
    "public key as secret": requestObject(asked, {}, {}, secret),
    expired: requestObject(asked, {}, { iat: now() - 400, nbf: now() - 400, exp: now() - 300 }),
    "not yet valid": requestObject(asked, {}, { nbf: now() + 120, exp: now() + 180 }),
    "wrong aud": requestObject(asked, {}, { aud: "https://other.example" }),
    "another client": requestObject(asked, {}, { client_id: "other" }),
    "another iss": requestObject(asked, {}, { iss: "other" }),
    "object in object": requestObject(asked, {}, { request: "e30.e30." }),
    "typ of an access token": requestObject(asked, { typ: "at+jwt" }),
    nonsense: "nonsense",
  };
  for (const [what, promise] of Object.entries(bad)) {
    const object = await promise;
    const pushed = await form(
      endpoint("pushed_authorization_request"),
      { client_id: rp.id, request: object },
      { authorization: basic(rp.id, rp.secret) },
    );
    errorAnswer(pushed, 400, ["invalid_request_object"], `${what}, pushed`);
    const more = { redirect_uri: REDIRECT, state: asked.state, response_type: "code" };
    const answer = await front(withObject(rp, object, more));
    if (answer.location) sentError(answer, asked, ["invalid_request_object", "invalid_request"]);
    else same(answer.page, 400, what);
  }
});

// ---------------------------------------------------------------------------------------------
// Parameters of OpenID Connect

scenario("OpenID Connect Core §5.5: the claims parameter", async () => {
  const rp = await relyingParty();
  const claims = { userinfo: { given_name: { essential: true } }, id_token: { email: null } };
  const found = await login(rp, { claims: JSON.stringify(claims) });
  check(found.claims.email?.includes("@"), `ID token: ${show(found.claims)}`);
  const info = await client.fetchUserInfo(rp.config, found.tokens.access_token, found.claims.sub);
  check(info.given_name, `userinfo: ${show(info)}`);
  same(info.email, undefined, "email at userinfo");
});

scenario("OpenID Connect Core §5.4: scopes and their claims", async () => {
  const rp = await relyingParty();
  const { tokens, claims } = await login(rp, { scope: "email openid profile" });
  const info = await client.fetchUserInfo(rp.config, tokens.access_token, claims.sub);
  for (const name of ["name", "family_name", "given_name", "birthdate", "email"]) {
    check(typeof info[name] === "string", `${name} is missing: ${show(info)}`);
  }
  same(typeof info.email_verified, "boolean", "email_verified");
  same(typeof info.updated_at, "number", "updated_at");
  same(claims.email, undefined, "email in the ID token");
});

scenario("OpenID Connect Core §5.3: userinfo by GET, by POST, without token", async () => {
  const { tokens } = await login(await relyingParty());
  const post = await userinfo(tokens.access_token, { method: "POST" });
  same(post.status, 200, "POST with header");
  const body = await form(endpoint("userinfo"), { access_token: tokens.access_token });
  same(body.status, 200, "POST with body");
  const none = await http(endpoint("userinfo"));
  same(none.status, 401, "no token");
  const challenge = none.headers.get("www-authenticate") ?? "";
  check(/^Bearer/.test(challenge) && !challenge.includes("error"), `RFC 6750 §3: ${challenge}`);
  await userinfoRefuses("nonsense", "nonsense");
  const url = `${endpoint("userinfo")}?access_token=${tokens.access_token}`;
  check((await http(url)).status >= 400, "FAPI 2.0 §5.3.4: a token in the query");
});

scenario("OpenID Connect Core §3.1.2.1: max_age and prompt=login", async () => {
  const rp = await relyingParty();
  const first = await login(rp, { max_age: "10000" }, { maxAge: 10000 });
  await sleep(2100);
  const second = await login(rp, { max_age: "10000" }, { maxAge: 10000 });
  same(second.claims.auth_time, first.claims.auth_time, "auth_time without a new login");
  const third = await login(rp, { max_age: "1" }, { maxAge: 1 });
  check(third.claims.auth_time > first.claims.auth_time, "max_age=1: no later auth_time");
  await sleep(1100);
  const fourth = await login(rp, { prompt: "login" });
  check(fourth.claims.auth_time > third.claims.auth_time, "prompt=login: no later auth_time");
  same(fourth.claims.sub, first.claims.sub, "sub");
  await sleep(1100);
  const fifth = await login(rp, { max_age: "0" }, { maxAge: 0 });
  check(fifth.claims.auth_time > fourth.claims.auth_time, "max_age=0: no later auth_time");
});

scenario("OpenID Connect Core §3.1.2.6: prompt=none", async () => {
  const rp = await relyingParty();
  const { tokens, claims } = await login(rp);
  const silent = await login(rp, { prompt: "none" });
  same([silent.claims.sub, silent.claims.auth_time], [claims.sub, claims.auth_time], "sub");
  const hinted = await login(rp, { prompt: "none", id_token_hint: tokens.id_token });
  same(hinted.claims.sub, claims.sub, "sub with id_token_hint");
  const asked = await request(rp, { prompt: "none" });
  sentError(await front(address(asked)), asked, "login_required");
  // §3.1.2.2: a value of sub that is asked for must be the one that is signed in.
  const other = { id_token: { sub: { value: "somebody-else" } } };
  const foreign = await request(rp, { prompt: "none", claims: JSON.stringify(other) });
  sentError(await visit(address(foreign)), foreign, "login_required");
  await sleep(2100);
  const old = await request(rp, { prompt: "none", max_age: "1" });
  sentError(await visit(address(old)), old, "login_required");
});

scenario("OpenID Connect Core §3.1.2.4: consent is asked, remembered, refused", async () => {
  const rp = await relyingParty({ consent_obtained: false });
  const silent = await request(rp, { prompt: "none" });
  const errors = ["consent_required", "interaction_required"];
  sentError(await visit(address(silent)), silent, errors);
  const asked = await request(rp);
  sentError(await visit(address(asked), { deny: true }), asked, "access_denied");
  await login(rp);
  await login(rp, { prompt: "none" });
  const more = await request(rp, { prompt: "none", scope: "openid email" });
  sentError(await visit(address(more)), more, errors);
  const again = await request(rp, { prompt: "consent" });
  sentError(await visit(address(again), { deny: true }), again, "access_denied");
});

scenario("OpenID Connect Core §3.1.2.1, §5.5.1.1: acr_values and an essential acr", async () => {
  const rp = await relyingParty();
  const wanted = "urn:musubi:identity";
  const { claims } = await login(rp, { acr_values: wanted });
  same(claims.acr, wanted, "acr");
  const acr = (values) => JSON.stringify({ id_token: { acr: { essential: true, values } } });
  same((await login(rp, { claims: acr([wanted]) })).claims.acr, wanted, "essential acr");
  const asked = await request(rp, { claims: acr(["urn:example:unknown"]) });
  const errors = ["unmet_authentication_requirements", "access_denied", "login_required"];
  sentError(await visit(address(asked)), asked, errors);
});

scenario("OpenID Connect Registration §2: default_max_age and require_auth_time", async () => {
  const rp = await relyingParty({ default_max_age: 1, require_auth_time: true });
  const first = await login(rp);
  await sleep(2100);
  check((await login(rp)).claims.auth_time > first.claims.auth_time, "no later auth_time");
});

scenario("OpenID Connect Core §3.1.2.1: the request by POST", async () => {
  const rp = await relyingParty();
  const asked = await request(rp, { prompt: "none" });
  const url = endpoint("authorization");
  const answer = await form(url, { ...asked.parameters, client_id: rp.id });
  // It may go on with GET, which brings the cookies that a POST across sites does not.
  const to = new URL(answer.headers.get("location"), url).href;
  const last = to.startsWith(url) ? await front(to) : { location: to };
  sentError(last, asked, "login_required");
});

// ---------------------------------------------------------------------------------------------
// Signatures and encryption

for (const alg of ALGORITHMS) {
  scenario(`OpenID Connect Core §3.1.3.7: an ID token with ${alg}, userinfo signed`, async () => {
    const rp = await relyingParty({
      id_token_signed_response_alg: alg,
      userinfo_signed_response_alg: alg,
    });
    const { tokens, claims } = await login(rp);
    same(jose.decodeProtectedHeader(tokens.id_token).alg, alg, "alg");
    await jose.jwtVerify(tokens.id_token, providerKeys(), { algorithms: [alg] });
    const info = await client.fetchUserInfo(rp.config, tokens.access_token, claims.sub);
    same([info.iss, info.aud], [ISSUER, rp.id], "iss and aud of userinfo");
    const raw = await userinfo(tokens.access_token);
    same(raw.headers.get("content-type"), "application/jwt", "content-type");
    await jose.jwtVerify(raw.text, providerKeys(), { algorithms: [alg] });
  });
}

for (const [alg, enc] of [
  ["RSA-OAEP-256", "A128CBC-HS256"],
  ["RSA-OAEP-256", "A256GCM"],
  ["ECDH-ES", "A128GCM"],
  ["ECDH-ES", undefined],
]) {
  scenario(
    `OpenID Connect Core §10.2: an ID token with ${alg} and ${enc ?? "the default"}`,
    async () => {
      const decrypts = await keyPair(alg, "enc");
      const rp = await relyingParty({
        decrypts,
        id_token_encrypted_response_alg: alg,
        id_token_encrypted_response_enc: enc,
      });
      const expected = enc ?? "A128CBC-HS256";
      const asked = await code(rp);
      const raw = (await exchangeCode(asked)).body.id_token;
      same(raw.split(".").length, 5, "parts of a JWE");
      const { plaintext, protectedHeader } = await jose.compactDecrypt(raw, decrypts.privateKey);
      same(
        [protectedHeader.alg, protectedHeader.enc, protectedHeader.cty],
        [alg, expected, "JWT"],
        "header",
      );
      const inner = new TextDecoder().decode(plaintext);
      await jose.jwtVerify(inner, providerKeys(), { issuer: ISSUER, audience: rp.id });
      const { claims } = await login(rp);
      const hinted = await login(rp, { prompt: "none", id_token_hint: inner });
      same(hinted.claims.sub, claims.sub, "§3.1.2.1: the decrypted token as a hint");
    },
  );
}

// ---------------------------------------------------------------------------------------------
// Refresh

const REFRESHES = { grant_types: ["authorization_code", "refresh_token"] };

scenario("OpenID Connect Core §12: refresh keeps iss, sub, aud, auth_time", async () => {
  const rp = await relyingParty(REFRESHES);
  const { tokens, claims } = await login(rp, { scope: "openid email" });
  await sleep(1100);
  const next = await client.refreshTokenGrant(rp.config, tokens.refresh_token);
  const later = next.claims();
  for (const name of ["iss", "sub", "aud", "auth_time"]) same(later[name], claims[name], name);
  check(later.iat > claims.iat, "iat");
  same((await userinfo(next.access_token)).status, 200, "userinfo");
});

scenario("RFC 9700 §4.14.2: rotation; an old token ends the family", async () => {
  const rp = await relyingParty(REFRESHES);
  const { tokens } = await login(rp);
  const first = tokens.refresh_token;
  const second = await client.refreshTokenGrant(rp.config, first);
  check(second.refresh_token && second.refresh_token !== first, "no rotation");
  const third = await client.refreshTokenGrant(rp.config, second.refresh_token);
  await refused(client.refreshTokenGrant(rp.config, first), "invalid_grant", "reuse");
  await refused(
    client.refreshTokenGrant(rp.config, third.refresh_token),
    "invalid_grant",
    "family",
  );
  await userinfoRefuses(third.access_token, "after reuse");
});

scenario("RFC 6749 §6: scope gets narrower, never wider; another client", async () => {
  const rp = await relyingParty(REFRESHES);
  const { tokens } = await login(rp, { scope: "openid email" });
  const narrow = await client.refreshTokenGrant(rp.config, tokens.refresh_token, {
    scope: "openid",
  });
  same(narrow.scope, "openid", "scope");
  const info = await userinfo(narrow.access_token);
  same(info.body.email, undefined, "email");
  const wide = { scope: "openid email profile" };
  const refresh = narrow.refresh_token;
  await refused(client.refreshTokenGrant(rp.config, refresh, wide), "invalid_scope", "wider");
  const back = await client.refreshTokenGrant(rp.config, refresh, { scope: "openid email" });
  same(back.scope?.split(" ").sort(), ["email", "openid"], "§6: what was granted is still there");
  const other = await relyingParty(REFRESHES);
  await refused(
    client.refreshTokenGrant(other.config, back.refresh_token),
    "invalid_grant",
    "other",
  );
  await client.refreshTokenGrant(rp.config, back.refresh_token);
});

scenario("OpenID Connect Core §11: offline_access", async () => {
  const rp = await relyingParty({
    ...REFRESHES,
    scopes: ["openid", "offline_access"],
    consent_obtained: false,
  });
  const { tokens } = await login(rp, { scope: "openid offline_access", prompt: "consent" });
  check(tokens.refresh_token, "no refresh token");
  within("offline_access", tokens.scope.split(" "), "scope");
  await client.refreshTokenGrant(rp.config, tokens.refresh_token);
});

// ---------------------------------------------------------------------------------------------
// Services

scenario("RFC 6749 §4.4: client_credentials with an opaque token", async () => {
  const rp = await relyingParty({ ...SERVICE, scopes: ["meals:read", "meals:write"] });
  const tokens = await client.clientCredentialsGrant(rp.config, { scope: "meals:read" });
  same(
    [tokens.scope, tokens.refresh_token, tokens.id_token],
    ["meals:read", undefined, undefined],
    "answer",
  );
  const about = await introspect(rp, tokens.access_token);
  same([about.active, about.scope, about.client_id], [true, "meals:read", rp.id], "introspection");
  await refused(
    client.clientCredentialsGrant(rp.config, { scope: "openid" }),
    "invalid_scope",
    "openid",
  );
  await userinfoRefuses(tokens.access_token, "a service at userinfo");
});

const API = "https://api.example/v1";
const SECOND = "https://second.example/";

/** RFC 9068 §2, §4. */
async function accessJwt(token, audience, rp) {
  const options = { issuer: ISSUER, audience, typ: "at+jwt" };
  const { payload, protectedHeader } = await jose.jwtVerify(token, providerKeys(), options);
  for (const name of ["exp", "iat", "jti", "sub", "client_id"]) {
    check(payload[name] !== undefined, `${name} is missing: ${show(payload)}`);
  }
  same(payload.client_id, rp.id, "client_id");
  check(protectedHeader.kid, "kid");
  return payload;
}

scenario("RFC 9068: client_credentials with a JWT", async () => {
  const rp = await relyingParty({
    ...SERVICE,
    access_token_format: "jwt",
    resources: [API],
  });
  const tokens = await client.clientCredentialsGrant(rp.config, { resource: API });
  const claims = await accessJwt(tokens.access_token, API, rp);
  same([claims.sub, claims.scope], [rp.id, "meals:read"], "§2.2, §2.2.3");
  const plain = await client.clientCredentialsGrant(rp.config);
  check((await accessJwt(plain.access_token, undefined, rp)).aud, "§3: a default aud");
});

scenario("RFC 9068: a member's JWT", async () => {
  const rp = await relyingParty({ access_token_format: "jwt" });
  const { tokens, claims } = await login(rp, { scope: "openid email" });
  const access = await accessJwt(tokens.access_token, undefined, rp);
  same(access.sub, claims.sub, "sub");
  same(access.scope?.split(" ").sort(), ["email", "openid"], "scope");
  if (access.auth_time) same(access.auth_time, claims.auth_time, "auth_time");
  same((await userinfo(tokens.access_token)).status, 200, "userinfo");
  await client.tokenRevocation(rp.config, tokens.access_token);
  await userinfoRefuses(tokens.access_token, "revoked");
  // An ID token is no access token (RFC 8725 §3.11).
  await userinfoRefuses(tokens.id_token, "ID token");
});

scenario("RFC 8707: resource indicators", async () => {
  const rp = await relyingParty({
    ...REFRESHES,
    access_token_format: "jwt",
    resources: [API, SECOND],
  });
  const one = await login(rp, { resource: API });
  const aud = (token) => [jose.decodeJwt(token).aud].flat().sort();
  same(aud(one.tokens.access_token), [API], "aud");
  const asked = await request(rp, { resource: [API, SECOND] });
  const answer = await visit(address(asked));
  const two = await redeem(asked, answer, {}, { resource: SECOND });
  same(aud(two.access_token), [SECOND], "§2.2: narrowed at the token endpoint");
  const next = await client.refreshTokenGrant(rp.config, two.refresh_token, { resource: API });
  same(aud(next.access_token), [API], "§2.2: narrowed at a refresh");
  const unknown = "https://unknown.example/";
  const bad = await request(rp, { resource: unknown });
  sentError(await front(address(bad)), bad, "invalid_target");
  for (const resource of ["relative", `${API}#fragment`]) {
    const wrong = await request(rp, { resource });
    sentError(await front(address(wrong)), wrong, "invalid_target");
  }
  await refused(
    client.refreshTokenGrant(rp.config, next.refresh_token, { resource: unknown }),
    "invalid_target",
    "refresh",
  );
  same((await userinfo(one.tokens.access_token)).status, 401, "RFC 9068 §4: not userinfo's token");
});

scenario("RFC 9396: authorization_details", async () => {
  const rp = await relyingParty({
    ...REFRESHES,
    authorization_details_types: ["meal_plan"],
    consent_obtained: false,
  });
  const details = [{ type: "meal_plan", actions: ["read"], locations: [API], week: 7 }];
  const authorization_details = JSON.stringify(details);
  const { tokens } = await login(rp, { authorization_details });
  same(tokens.authorization_details, details, "§7: token answer");
  const about = await introspect(rp, tokens.access_token);
  same(about.authorization_details, details, "§9.2: introspection");
  const next = await client.refreshTokenGrant(rp.config, tokens.refresh_token);
  same(next.authorization_details, details, "after a refresh");
  for (const text of [
    JSON.stringify([{ type: "unknown" }]),
    "[{}]",
    "{",
    '{"type":"meal_plan"}',
    "[1]",
  ]) {
    const bad = await request(rp, { authorization_details: text });
    sentError(await front(address(bad)), bad, "invalid_authorization_details");
  }
});

scenario("RFC 9396 §6: authorization_details in token requests", async () => {
  const types = ["meal_plan", "menu"];
  const rp = await relyingParty({ ...REFRESHES, authorization_details_types: types });
  const details = types.map((type) => ({ type, actions: ["read"] }));
  const asking = (some) => ({ authorization_details: JSON.stringify(some) });
  const wider = asking([{ type: "meal_plan", actions: ["read", "write"] }]);
  const unknown = asking([{ type: "unknown" }]);
  for (const bad of [wider, unknown]) {
    const answer = await exchangeCode(await code(rp, asking(details)), bad);
    errorAnswer(answer, 400, "invalid_authorization_details", show(bad));
  }
  const { tokens } = await login(rp, asking(details));
  const narrow = details.slice(0, 1);
  const next = await client.refreshTokenGrant(rp.config, tokens.refresh_token, asking(narrow));
  same(next.authorization_details, narrow, "narrowed at a refresh");
});

scenario("RFC 7662: introspection", async () => {
  const rp = await relyingParty({ ...REFRESHES, resources: [API] });
  const { tokens, claims } = await login(rp, { scope: "openid email" });
  const about = await introspect(rp, tokens.access_token);
  same([about.active, about.sub, about.client_id], [true, claims.sub, rp.id], "about");
  same(about.scope.split(" ").sort(), ["email", "openid"], "scope");
  check(about.exp > now() && about.iat <= now() + 1, "times");
  same(about.token_type.toLowerCase(), "bearer", "token_type");
  same((await introspect(rp, tokens.refresh_token)).active, true, "refresh token");
  same(await introspect(rp, "nonsense"), { active: false }, "nonsense");
  const other = await relyingParty();
  same(await introspect(other, tokens.access_token), { active: false }, "another client");
  const server = await relyingParty({ ...SERVICE, resources: [API], introspects: true });
  const meant = await login(rp, { resource: API });
  same((await introspect(server, meant.tokens.access_token)).active, true, "its resource server");
  const stranger = await form(endpoint("introspection"), { token: tokens.access_token });
  errorAnswer(stranger, 401, "invalid_client", "§2.3: without authentication");
});

for (const alg of ALGORITHMS) {
  scenario(`RFC 9701: introspection as a JWT with ${alg}`, async () => {
    const rp = await relyingParty({ introspection_signed_response_alg: alg });
    const { tokens, claims } = await login(rp);
    const about = await introspect(rp, tokens.access_token);
    same([about.active, about.sub], [true, claims.sub], "about");
    const accept = "application/token-introspection+jwt";
    const raw = await form(
      endpoint("introspection"),
      { token: tokens.access_token },
      { authorization: basic(rp.id, rp.secret), accept },
    );
    same(raw.headers.get("content-type"), accept, "content-type");
    const options = {
      issuer: ISSUER,
      audience: rp.id,
      typ: "token-introspection+jwt",
      algorithms: [alg],
    };
    const { payload } = await jose.jwtVerify(raw.text, providerKeys(), options);
    check(payload.iat && payload.token_introspection.active, show(payload));
    same([payload.sub, payload.exp], [undefined, undefined], "§5: no sub, no exp");
  });
}

scenario("RFC 7009: revocation", async () => {
  const rp = await relyingParty(REFRESHES);
  const { tokens } = await login(rp);
  const other = await relyingParty();
  await client.tokenRevocation(other.config, tokens.access_token).catch(() => {});
  same((await userinfo(tokens.access_token)).status, 200, "§2.1: another client's attempt");
  await client.tokenRevocation(rp.config, tokens.access_token, { token_type_hint: "access_token" });
  await userinfoRefuses(tokens.access_token, "revoked");
  same(await introspect(rp, tokens.access_token), { active: false }, "introspection");
  await client.tokenRevocation(rp.config, "nonsense");
  const again = (await login(rp)).tokens;
  await client.tokenRevocation(rp.config, again.refresh_token, { token_type_hint: "access_token" });
  await refused(
    client.refreshTokenGrant(rp.config, again.refresh_token),
    "invalid_grant",
    "refresh",
  );
  await userinfoRefuses(again.access_token, "§2.1: the refresh token's access token");
  const stranger = await form(endpoint("revocation"), { token: "x" });
  errorAnswer(stranger, [400, 401], ["invalid_client", "invalid_request"], "no client");
  const empty = await form(endpoint("revocation"), {}, { authorization: basic(rp.id, rp.secret) });
  errorAnswer(empty, 400, "invalid_request", "no token");
});

// ---------------------------------------------------------------------------------------------
// Devices

scenario("RFC 8628: a device is allowed, another denied", async () => {
  const rp = await relyingParty({
    token_endpoint_auth_method: "none",
    grant_types: [DEVICE, "refresh_token"],
    response_types: [],
    redirect_uris: [],
  });
  const begin = async () => {
    const device = await client.initiateDeviceAuthorization(rp.config, { scope: "openid email" });
    check(device.user_code && device.verification_uri && device.expires_in > 0, show(device));
    return device;
  };
  const poll = (device) =>
    form(endpoint("token"), {
      grant_type: DEVICE,
      device_code: device.device_code,
      client_id: rp.id,
    });
  const device = await begin();
  errorAnswer(await poll(device), 400, "authorization_pending", "first poll");
  errorAnswer(await poll(device), 400, "slow_down", "too soon");
  await visit(device.verification_uri_complete, { device: "allow" });
  const grant = client.pollDeviceAuthorizationGrant(rp.config, { ...device, interval: 1 });
  const tokens = await grant;
  const { sub } = tokens.claims();
  const info = await client.fetchUserInfo(rp.config, tokens.access_token, sub);
  check(info.email, show(info));
  await client.refreshTokenGrant(rp.config, tokens.refresh_token);
  errorAnswer(await poll(device), 400, ["invalid_grant", "expired_token"], "once more");
  const second = await begin();
  await visit(second.verification_uri_complete, { device: "deny" });
  errorAnswer(await poll(second), 400, "access_denied", "denied");
  errorAnswer(
    await poll({ device_code: "nonsense" }),
    400,
    ["invalid_grant", "expired_token"],
    "nonsense",
  );
});

// ---------------------------------------------------------------------------------------------
// Token exchange

scenario("RFC 8693: delegation with act, refusals without rights", async () => {
  const app = await relyingParty({ resources: [API] });
  const service = (more = {}) =>
    relyingParty({
      grant_types: [EXCHANGE],
      response_types: [],
      redirect_uris: [],
      resources: [API, SECOND],
      serves: [API],
      access_token_format: "jwt",
      ...more,
    });
  const { tokens, claims } = await login(app, { resource: API, scope: "openid email" });
  const first = await service();
  const asking = (rp, changes = {}) =>
    client.genericGrantRequest(
      rp.config,
      EXCHANGE,
      clean({
        subject_token: tokens.access_token,
        subject_token_type: ACCESS_TOKEN,
        ...changes,
      }),
    );
  const issued = await asking(first, { resource: SECOND, scope: "openid" });
  same([issued.issued_token_type, issued.scope], [ACCESS_TOKEN, "openid"], "§2.2.1");
  const access = await accessJwt(issued.access_token, SECOND, first);
  same([access.sub, access.act], [claims.sub, { sub: first.id }], "§4.1");
  const second = await service({ resources: [SECOND], serves: [SECOND] });
  const chained = await asking(second, { subject_token: issued.access_token, audience: SECOND });
  const chain = jose.decodeJwt(chained.access_token);
  same(chain.act, { sub: second.id, act: { sub: first.id } }, "§4.1: the chain");
  await refused(asking(await service({ serves: [SECOND] })), "invalid_request", "foreign token");
  await refused(
    asking(first, { resource: "https://unknown.example/" }),
    "invalid_target",
    "target",
  );
  await refused(asking(first, { scope: "openid profile" }), "invalid_scope", "wider scope");
  await refused(asking(first, { subject_token: "nonsense" }), "invalid_request", "nonsense");
  await refused(asking(first, { subject_token: undefined }), "invalid_request", "no token");
  await refused(asking(first, { subject_token_type: "urn:x" }), "invalid_request", "unknown type");
  await refused(asking(app), "unauthorized_client", "not the client's grant");
  const itself = await service({
    grant_types: [EXCHANGE, CLIENT_CREDENTIALS],
    scopes: ["meals:read"],
  });
  const actor = await client.clientCredentialsGrant(itself.config);
  const both = { actor_token: actor.access_token, actor_token_type: ACCESS_TOKEN };
  const acted = await asking(itself, both);
  same(jose.decodeJwt(acted.access_token).act?.sub, itself.id, "§4.1: the actor token's sub");
  const untyped = { actor_token: actor.access_token };
  await refused(asking(itself, untyped), "invalid_request", "§2.1: actor_token without its type");
  await refused(asking(first, both), "invalid_request", "another client's actor token");
  await client.tokenRevocation(app.config, tokens.access_token);
  await refused(asking(first), "invalid_request", "a revoked token");
});

// ---------------------------------------------------------------------------------------------
// DPoP

const dpopKeys = () => client.randomDPoPKeyPair("ES256", { extractable: true });
/** A proof by hand; `header` and `claims` replace members. */
async function proof(keys, htm, htu, claims = {}, header = {}) {
  const { kty, crv, x, y } = await jose.exportJWK(keys.publicKey);
  const jwk = { kty, crv, x, y };
  return new jose.SignJWT(
    clean({ jti: client.randomState(), htm, htu, iat: now(), nonce, ...claims }),
  )
    .setProtectedHeader({ typ: "dpop+jwt", alg: "ES256", jwk, ...header })
    .sign(keys.privateKey);
}
async function ath(token) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
  return jose.base64url.encode(new Uint8Array(digest));
}
const atUserinfo = async (token, dpop, scheme = "DPoP") =>
  http(endpoint("userinfo"), {
    headers: { authorization: `${scheme} ${token}`, ...(dpop ? { dpop } : {}) },
  });

scenario("RFC 9449: code, userinfo and refresh of a public client", async () => {
  const rp = await relyingParty({
    ...REFRESHES,
    token_endpoint_auth_method: "none",
    dpop_bound_access_tokens: true,
  });
  const keys = await dpopKeys();
  const DPoP = client.getDPoPHandle(rp.config, keys);
  const asked = await request(rp);
  const answer = await visit(address(asked));
  const tokens = await redeem(asked, answer, {}, undefined, { DPoP });
  same(tokens.token_type.toLowerCase(), "dpop", "token_type");
  const { sub } = tokens.claims();
  const info = await client.fetchUserInfo(rp.config, tokens.access_token, sub, { DPoP });
  same(info.sub, sub, "sub");
  const other = client.getDPoPHandle(rp.config, await dpopKeys());
  const errors = ["invalid_grant", "invalid_dpop_proof"];
  const refresh = (handle) => client.refreshTokenGrant(rp.config, tokens.refresh_token, {}, handle);
  await refused(refresh({ DPoP: other }), errors, "§5: refresh with another key");
  await refused(refresh(), errors, "refresh without a proof");
  const next = await refresh({ DPoP });
  await client.fetchUserInfo(rp.config, next.access_token, sub, { DPoP });
});

for (const alg of FAPI_ALGORITHMS) {
  scenario(`RFC 9449 §4.2: proofs with ${alg}`, async () => {
    const rp = await relyingParty({ ...SERVICE, access_token_format: "jwt" });
    const key = await keyPair(alg);
    const { kid, alg: _, use, ...jwk } = key.jwk;
    const claims = {
      jti: client.randomState(),
      htm: "POST",
      htu: endpoint("token"),
      iat: now(),
      nonce,
    };
    const dpop = await sign(key, { typ: "dpop+jwt", jwk, kid: undefined }, claims);
    const headers = { authorization: basic(rp.id, rp.secret), dpop };
    const answer = await form(endpoint("token"), { grant_type: CLIENT_CREDENTIALS }, headers);
    same([answer.status, answer.body.token_type], [200, "DPoP"], answer.text);
    const jkt = await jose.calculateJwkThumbprint(jwk);
    same(jose.decodeJwt(answer.body.access_token).cnf, { jkt }, "cnf");
  });
}

scenario("RFC 9449 §6: cnf in JWT and introspection", async () => {
  const rp = await relyingParty({ access_token_format: "jwt" });
  const keys = await dpopKeys();
  const DPoP = client.getDPoPHandle(rp.config, keys);
  const asked = await request(rp);
  const tokens = await redeem(asked, await visit(address(asked)), {}, undefined, { DPoP });
  const jkt = await jose.calculateJwkThumbprint(await jose.exportJWK(keys.publicKey));
  same(jose.decodeJwt(tokens.access_token).cnf, { jkt }, "cnf of the token");
  const about = await introspect(rp, tokens.access_token);
  same([about.cnf, about.token_type], [{ jkt }, "DPoP"], "introspection");
});

scenario("RFC 9449 §4.3, §7: proofs that must be refused at userinfo", async () => {
  const rp = await relyingParty();
  const keys = await dpopKeys();
  const DPoP = client.getDPoPHandle(rp.config, keys);
  const asked = await request(rp);
  const tokens = await redeem(asked, await visit(address(asked)), {}, undefined, { DPoP });
  const token = tokens.access_token;
  const url = endpoint("userinfo");
  const hash = await ath(token);
  const make = (claims = {}, header = {}, by = keys) =>
    proof(by, "GET", url, { ath: hash, ...claims }, header);
  const good = await make();
  same((await atUserinfo(token, good)).status, 200, "a good proof");
  const jwk = await jose.exportJWK(keys.privateKey);
  const bad = {
    "used again": good,
    "another key": make({}, {}, await dpopKeys()),
    "without ath": make({ ath: undefined }),
    "wrong ath": make({ ath: await ath("other") }),
    "wrong htm": make({ htm: "POST" }),
    "wrong htu": make({ htu: endpoint("token") }),
    "without jti": make({ jti: undefined }),
    "without iat": make({ iat: undefined }),
    old: make({ iat: now() - 3600 }),
    "in the future": make({ iat: now() + 3600 }),
    "wrong typ": make({}, { typ: "jwt" }),
    "private key in jwk": make({}, { jwk }),
    "unknown nonce": make({ nonce: "nonsense" }),
    nonsense: "nonsense",
  };
  for (const [what, promise] of Object.entries(bad)) {
    const answer = await atUserinfo(token, await promise);
    const challenge = answer.headers.get("www-authenticate") ?? "";
    same(answer.status, 401, `${what}: status`);
    const errors = /^DPoP .*error="(invalid_dpop_proof|invalid_token|use_dpop_nonce)"/;
    check(errors.test(challenge), `${what}: ${challenge}`);
    check(/algs="[^"]*ES256/.test(challenge), `§7.1: algs is missing: ${challenge}`);
  }
  for (const [what, dpop, scheme] of [
    ["no proof", undefined, "DPoP"],
    ["Bearer", undefined, "Bearer"],
    ["Bearer with proof", await make(), "Bearer"],
  ]) {
    same((await atUserinfo(token, dpop, scheme)).status, 401, what);
  }
  for (const htu of [`${url}?x=1`, `${url}#y`]) {
    same((await atUserinfo(token, await make({ htu }))).status, 200, `§4.3: htu ${htu}`);
  }
  same(
    (await atUserinfo(token, await make(), "dpop")).status,
    200,
    "§7.1: the scheme in small letters",
  );
  const unbound = (await login(rp)).tokens.access_token;
  const downgrade = await atUserinfo(unbound, await make({ ath: await ath(unbound) }));
  same(downgrade.status, 401, "§7.1: a bearer token under DPoP");
});

scenario("RFC 9449 §4.3, §5: proofs that must be refused at the token endpoint", async () => {
  const rp = await relyingParty({ ...SERVICE, dpop_bound_access_tokens: true });
  const keys = await dpopKeys();
  const make = (claims, header) => proof(keys, "POST", endpoint("token"), claims, header);
  const ask = async (dpop) =>
    form(
      endpoint("token"),
      { grant_type: CLIENT_CREDENTIALS },
      { authorization: basic(rp.id, rp.secret), ...(dpop ? { dpop: await dpop } : {}) },
    );
  const good = await make();
  const answer = await ask(good);
  same([answer.status, answer.body.token_type], [200, "DPoP"], "a good proof");
  errorAnswer(await ask(good), 400, "invalid_dpop_proof", "§11.1: used again");
  errorAnswer(await ask(), 400, ["invalid_dpop_proof", "invalid_request"], "no proof");
  errorAnswer(await ask(make({ htm: "GET" })), 400, "invalid_dpop_proof", "htm");
  errorAnswer(await ask(make({}, { typ: "JWT" })), 400, "invalid_dpop_proof", "typ");
  const rsa = await keyPair("RS256");
  const { kid, alg, use, ...jwk } = rsa.jwk;
  const plain = {
    jti: client.randomState(),
    htm: "POST",
    htu: endpoint("token"),
    iat: now(),
    nonce,
  };
  const weak = sign(rsa, { typ: "dpop+jwt", jwk, kid: undefined }, plain);
  errorAnswer(await ask(weak), 400, "invalid_dpop_proof", "RS256, which is not advertised");
  const hmac = { alg: "HS256", privateKey: new TextEncoder().encode("x".repeat(43)) };
  const symmetric = sign(hmac, { typ: "dpop+jwt", jwk: { kty: "oct", k: "eHh4" } }, plain);
  errorAnswer(await ask(symmetric), 400, "invalid_dpop_proof", "a symmetric key");
  const stale = await ask(make({ nonce: "nonsense" }));
  errorAnswer(stale, 400, ["use_dpop_nonce", "invalid_dpop_proof"], "§8: unknown nonce");
  const given = stale.headers.get("dpop-nonce");
  check(given, "§8: DPoP-Nonce is missing");
  same((await ask(make({ nonce: given }))).status, 200, "§8: the given nonce");
});

scenario("RFC 9449 §10: dpop_jkt, and a proof at PAR", async () => {
  const rp = await relyingParty();
  const keys = await dpopKeys();
  const dpop_jkt = await jose.calculateJwkThumbprint(await jose.exportJWK(keys.publicKey));
  const DPoP = client.getDPoPHandle(rp.config, keys);
  const other = client.getDPoPHandle(rp.config, await dpopKeys());
  const errors = ["invalid_grant", "invalid_dpop_proof"];
  for (const by of ["jkt", "par"]) {
    const begin = async () => {
      const asked = await request(rp, by === "jkt" ? { dpop_jkt } : {});
      const url =
        by === "jkt"
          ? address(asked)
          : await client.buildAuthorizationUrlWithPAR(rp.config, query(asked.parameters), { DPoP });
      return [asked, await visit(url)];
    };
    await redeem(...(await begin()), {}, undefined, { DPoP });
    await refused(
      redeem(...(await begin()), {}, undefined, { DPoP: other }),
      errors,
      `${by}: another key`,
    );
    await refused(redeem(...(await begin())), errors, `${by}: no proof`);
  }
  const asked = await request(rp, { dpop_jkt: "x".repeat(43) });
  const promise = client.buildAuthorizationUrlWithPAR(rp.config, query(asked.parameters), { DPoP });
  await refused(promise, ["invalid_request", "invalid_dpop_proof"], "§10.1: jkt and proof differ");
});

// ---------------------------------------------------------------------------------------------
// Pairwise subjects

scenario("OpenID Connect Core §8.1: pairwise subjects by sector", async () => {
  const numeric = REDIRECT.replace("localhost", "127.0.0.1");
  const pairwise = (uri) => relyingParty({ subject_type: "pairwise", redirect_uris: [uri] });
  const sub = async (rp, uri) => {
    const { tokens, claims } = await login(rp, { redirect_uri: uri });
    await client.fetchUserInfo(rp.config, tokens.access_token, claims.sub);
    same((await introspect(rp, tokens.access_token)).sub, claims.sub, "introspection");
    await login(rp, { redirect_uri: uri, prompt: "none", id_token_hint: tokens.id_token });
    return claims.sub;
  };
  const first = await sub(await pairwise(REDIRECT), REDIRECT);
  same(await sub(await pairwise(`${REDIRECT}2`), `${REDIRECT}2`), first, "the same sector");
  const other = await sub(await pairwise(numeric), numeric);
  check(other !== first, "another sector, the same sub");
  const open = (await login(await relyingParty())).claims.sub;
  check(![first, other].includes(open), "the public sub");
});

// ---------------------------------------------------------------------------------------------
// Dynamic registration

const register = (document, token = INITIAL_ACCESS_TOKEN) =>
  http(metadata.registration_endpoint, {
    method: "POST",
    headers: { "content-type": "application/json", ...(token ? bearer(token) : {}) },
    body: show(document),
  });

scenario("RFC 7591 §3.2.1: a client registers itself and logs in", async () => {
  const options = {
    initialAccessToken: INITIAL_ACCESS_TOKEN,
    execute: [client.allowInsecureRequests],
  };
  const document = { redirect_uris: [REDIRECT], client_name: "Dynamic", "client_name#ja": "動的" };
  const config = await client.dynamicClientRegistration(
    new URL(ISSUER),
    document,
    client.ClientSecretBasic(),
    options,
  );
  client.enableNonRepudiationChecks(config);
  await login({ id: config.clientMetadata().client_id, config });
});

scenario("RFC 7591 §3.2.1: the answer has everything that was registered", async () => {
  const answer = await register({
    redirect_uris: [REDIRECT],
    scope: "openid email",
    software_id: "x",
  });
  same(answer.status, 201, "status");
  check(/no-store/.test(answer.headers.get("cache-control") ?? ""), "cache-control");
  const { body } = answer;
  for (const name of [
    "client_id",
    "client_secret",
    "registration_access_token",
    "registration_client_uri",
  ]) {
    check(typeof body[name] === "string", `${name} is missing`);
  }
  same(typeof body.client_secret_expires_at, "number", "client_secret_expires_at");
  same(body.scope.split(" ").sort(), ["email", "openid"], "scope");
  same(
    [body.token_endpoint_auth_method, body.application_type],
    ["client_secret_basic", "web"],
    "defaults",
  );
  same([body.grant_types, body.response_types], [["authorization_code"], ["code"]], "defaults");
  same([body.id_token_signed_response_alg, body.redirect_uris], ["RS256", [REDIRECT]], "defaults");
});

scenario("RFC 7592: read, update, delete", async () => {
  const { body } = await register({ redirect_uris: [REDIRECT], client_name: "Before" });
  const uri = body.registration_client_uri;
  const token = body.registration_access_token;
  const manage = (method, document, by = token) =>
    http(uri, {
      method,
      headers: { ...(by ? bearer(by) : {}), "content-type": "application/json" },
      body: document && JSON.stringify(document),
    });
  const read = await manage("GET");
  same(
    [read.status, read.body.client_id, read.body.client_name],
    [200, body.client_id, "Before"],
    "read",
  );
  const rp = configure(body.client_id, body.client_secret, body);
  const { tokens } = await login(rp);
  const changed = { client_id: body.client_id, redirect_uris: [REDIRECT], client_name: "After" };
  const update = await manage("PUT", changed);
  same([update.status, update.body.client_name], [200, "After"], "update");
  same((await manage("GET")).body.client_name, "After", "after the update");
  await login(rp);
  const bare = { client_id: body.client_id, redirect_uris: [REDIRECT] };
  same(
    (await manage("PUT", bare)).body.client_name,
    undefined,
    "§2.2: what is left out is deleted",
  );
  for (const wrong of [null, "nonsense", INITIAL_ACCESS_TOKEN]) {
    const answer = await manage("GET", undefined, wrong);
    same(answer.status, 401, `token ${wrong}`);
    check(
      /^Bearer/.test(answer.headers.get("www-authenticate") ?? ""),
      "RFC 6750 §3: WWW-Authenticate",
    );
  }
  const other = await manage("PUT", { ...changed, client_id: "other" });
  errorAnswer(
    other,
    [400, 403],
    ["invalid_request", "invalid_client_metadata"],
    "§2.2: another client_id",
  );
  const bad = await manage("PUT", { ...changed, redirect_uris: ["javascript:x"] });
  errorAnswer(bad, 400, "invalid_redirect_uri", "§2.2: bad redirect_uri");
  same((await manage("DELETE")).status, 204, "delete");
  same((await manage("GET")).status, 401, "§2.1: after the deletion");
  await isPage(address(await request(rp)), "§2.3: a deleted client");
  same((await userinfo(tokens.access_token)).status, 401, "§2.3: its tokens");
});

scenario("RFC 7592 §3: reading repeats the management token", async () => {
  const { body } = await register({ redirect_uris: [REDIRECT] });
  const uri = body.registration_client_uri;
  const read = await http(uri, { headers: bearer(body.registration_access_token) });
  same(read.body.registration_client_uri, uri, "registration_client_uri");
  check(read.body.registration_access_token, `registration_access_token is missing: ${read.text}`);
});

scenario("RFC 7592 §2.2: a client does not choose its secret", async () => {
  const { body } = await register({ redirect_uris: [REDIRECT] });
  const document = { client_id: body.client_id, redirect_uris: [REDIRECT], client_secret: "mine" };
  const answer = await http(body.registration_client_uri, {
    method: "PUT",
    headers: { ...bearer(body.registration_access_token), "content-type": "application/json" },
    body: JSON.stringify(document),
  });
  within(answer.status, [200, 400], "status");
  const ask = (secret) =>
    form(
      endpoint("introspection"),
      { token: "x" },
      { authorization: basic(body.client_id, secret) },
    );
  same((await ask("mine")).status, 401, "the chosen secret");
  same(
    (await ask(answer.body.client_secret ?? body.client_secret)).status,
    200,
    "the issued secret",
  );
});

scenario("RFC 7591 §3.2.2: bad metadata", async () => {
  const good = { redirect_uris: [REDIRECT] };
  for (const redirect_uris of [
    [],
    ["http://partner.example/"],
    ["https://a.example/#x"],
    ["javascript:x"],
    ["/relative"],
  ]) {
    errorAnswer(
      await register({ redirect_uris }),
      400,
      ["invalid_redirect_uri", "invalid_client_metadata"],
      show(redirect_uris),
    );
  }
  const bad = [
    { token_endpoint_auth_method: "magic" },
    { token_endpoint_auth_method: "private_key_jwt" },
    { id_token_signed_response_alg: "none" },
    { response_types: ["id_token"], grant_types: ["authorization_code"] },
    { jwks: { keys: [] }, jwks_uri: "https://a.example/jwks" },
    { subject_type: "magic" },
    { initiate_login_uri: "http://partner.example/login" },
    { grant_types: ["magic"] },
  ];
  for (const more of bad) {
    errorAnswer(await register({ ...good, ...more }), 400, "invalid_client_metadata", show(more));
  }
  errorAnswer(await register("{"), 400, ["invalid_client_metadata", "invalid_request"], "no JSON");
  for (const token of [null, "nonsense"]) {
    const answer = await register(good, token);
    same(answer.status, 401, `initial access token ${token}`);
    check(
      /^Bearer/.test(answer.headers.get("www-authenticate") ?? ""),
      "RFC 6750 §3: WWW-Authenticate",
    );
  }
});

// ---------------------------------------------------------------------------------------------
// Implicit and hybrid

async function dynamic(document) {
  // OpenID Connect Dynamic Client Registration §2: only native clients have localhost here.
  const kind = document.grant_types?.includes("implicit") ? "native" : "web";
  const answer = await register({
    redirect_uris: [REDIRECT],
    application_type: kind,
    ...document,
  });
  check(answer.status === 201, `${answer.status} ${answer.text}`);
  return configure(answer.body.client_id, answer.body.client_secret, answer.body);
}

scenario("OpenID Connect Core §3.3: code id_token", async () => {
  const rp = await dynamic({
    response_types: ["code id_token"],
    grant_types: ["authorization_code", "implicit"],
  });
  client.useCodeIdTokenResponseType(rp.config);
  client.enableDetachedSignatureResponseChecks(rp.config);
  const asked = await request(rp, { response_type: "code id_token" });
  const answer = await visit(address(asked));
  const tokens = await redeem(asked, answer);
  const fragment = new URLSearchParams(new URL(answer.location).hash.slice(1));
  const { payload } = await jose.jwtVerify(fragment.get("id_token"), providerKeys(), {
    issuer: ISSUER,
    audience: rp.id,
  });
  same(payload.c_hash, await half(fragment.get("code")), "c_hash");
  same(payload.sub, tokens.claims().sub, "sub");
  const posted = await request(rp, { response_type: "code id_token", response_mode: "form_post" });
  await redeem(posted, await visit(address(posted)));
  const without = await request(rp, { response_type: "code id_token", nonce: undefined });
  sentError(await front(address(without)), without, "invalid_request", "hash");
  const inQuery = await request(rp, { response_type: "code id_token", response_mode: "query" });
  const refusal = await front(address(inQuery));
  check(!refusal.location?.includes("code="), `Multiple Response Types §5: ${show(refusal)}`);
});

scenario("OpenID Connect Core §3.2: id_token", async () => {
  const rp = await dynamic({ response_types: ["id_token"], grant_types: ["implicit"] });
  client.useIdTokenResponseType(rp.config);
  const changes = {
    response_type: "id_token",
    code_challenge: undefined,
    code_challenge_method: undefined,
  };
  const asked = await request(rp, { ...changes, scope: "openid email" });
  const url = arrived(await visit(address(asked)));
  const claims = await client.implicitAuthentication(rp.config, url, asked.nonce, {
    expectedState: asked.state,
  });
  check(
    claims.email,
    `§5.4: claims without an access token stand in the ID token: ${show(claims)}`,
  );
  const by = async (more) => {
    const asked = await request(rp, { ...changes, ...more });
    const url = new URL(endpoint("authorization"));
    url.search = query({ ...asked.parameters, client_id: rp.id });
    return [await front(url), asked];
  };
  sentError(...(await by({ nonce: undefined })), "invalid_request", "hash");
  const errors = ["unauthorized_client", "unsupported_response_type"];
  sentError(...(await by({ response_type: "code" })), errors);
});

scenario("OpenID Connect Core §3.2.2.9, §3.3.2.11: at_hash and c_hash", async () => {
  const types = ["id_token token", "code token", "code id_token token"];
  const rp = await dynamic({
    response_types: types,
    grant_types: ["authorization_code", "implicit"],
  });
  for (const response_type of [...types, "token id_token"]) {
    const asked = await request(rp, { response_type });
    const url = arrived(await visit(address(asked)));
    same(url.search, "", "query");
    const found = new URLSearchParams(url.hash.slice(1));
    same(found.get("state"), asked.state, `state of ${response_type}`);
    same(found.get("token_type")?.toLowerCase(), "bearer", "token_type");
    check(found.has("expires_in"), "expires_in");
    same(found.has("code"), response_type.includes("code"), "code");
    same((await userinfo(found.get("access_token"))).status, 200, "userinfo");
    if (!response_type.includes("id_token")) continue;
    const { payload } = await jose.jwtVerify(found.get("id_token"), providerKeys(), {
      issuer: ISSUER,
      audience: rp.id,
    });
    same(payload.nonce, asked.nonce, "nonce");
    same(payload.at_hash, await half(found.get("access_token")), "at_hash");
    if (found.has("code")) same(payload.c_hash, await half(found.get("code")), "c_hash");
  }
});

// ---------------------------------------------------------------------------------------------
// FAPI 2.0

async function fapi(profile, alg = "ES256", more = {}) {
  const rp = await relyingParty({
    token_endpoint_auth_method: "private_key_jwt",
    key: await keyPair(alg),
    security_profile: profile,
    dpop_bound_access_tokens: true,
    id_token_signed_response_alg: alg,
    ...REFRESHES,
    ...more,
  });
  rp.dpop = await dpopKeys();
  rp.DPoP = client.getDPoPHandle(rp.config, rp.dpop);
  return rp;
}

for (const alg of FAPI_ALGORITHMS) {
  scenario(`FAPI 2.0 Security Profile: the whole flow with ${alg}`, async () => {
    const rp = await fapi("fapi2", alg, { consent_obtained: false });
    const { DPoP } = rp;
    const refusal = await request(rp);
    const pushed = await client.buildAuthorizationUrlWithPAR(rp.config, query(refusal.parameters));
    sentError(await visit(pushed, { deny: true }), refusal, "access_denied");
    const asked = await request(rp, { scope: "openid email" });
    const url = await client.buildAuthorizationUrlWithPAR(rp.config, query(asked.parameters), {
      DPoP,
    });
    const tokens = await redeem(asked, await visit(url), {}, undefined, { DPoP });
    same(tokens.token_type.toLowerCase(), "dpop", "token_type");
    const { sub } = tokens.claims();
    const info = await client.fetchUserInfo(rp.config, tokens.access_token, sub, { DPoP });
    check(info.email, show(info));
    const next = await client.refreshTokenGrant(rp.config, tokens.refresh_token, {}, { DPoP });
    if (next.refresh_token) same(next.refresh_token, tokens.refresh_token, "§5.3.2.1: no rotation");
    const again = await client.refreshTokenGrant(rp.config, tokens.refresh_token, {}, { DPoP });
    await client.fetchUserInfo(rp.config, again.access_token, sub, { DPoP });
  });
}

/** Pushes by hand, with an assertion of choice. */
async function push(
  rp,
  parameters,
  claims = {},
  key = rp.key,
  endpointName = "pushed_authorization_request",
) {
  const proofOf = await proof(rp.dpop, "POST", endpoint(endpointName));
  const fields = clean({
    ...parameters,
    client_id: rp.id,
    client_assertion_type: ASSERTION,
    client_assertion: await assertion(rp, claims, key),
  });
  return form(endpoint(endpointName), fields, { dpop: proofOf });
}

scenario("FAPI 2.0 Security Profile §5.3.2: what must be refused before consent", async () => {
  const rs256 = await keyPair("RS256");
  const es256 = await keyPair("ES256");
  const rp = await fapi("fapi2", "ES256", { key: es256, jwks: { keys: [es256.jwk, rs256.jwk] } });
  const asked = await request(rp);
  const { parameters } = asked;
  same((await push(rp, parameters)).status, 201, "a good request");
  const plain = await front(address(asked));
  if (plain.location) sentError(plain, asked, "invalid_request");
  else same(plain.page, 400, "without PAR");
  const refusals = {
    "RS256 assertion": await push(rp, parameters, {}, rs256),
    "aud as an array": await push(rp, parameters, { aud: [ISSUER] }),
    "aud token endpoint": await push(rp, parameters, { aud: endpoint("token") }),
    "aud PAR endpoint": await push(rp, parameters, {
      aud: endpoint("pushed_authorization_request"),
    }),
    expired: await push(rp, parameters, { iat: now() - 400, exp: now() - 300 }),
    "nbf a minute ahead": await push(rp, parameters, { nbf: now() + 90, exp: now() + 200 }),
  };
  for (const [what, answer] of Object.entries(refusals)) {
    errorAnswer(answer, [400, 401], "invalid_client", what);
  }
  same((await push(rp, parameters, { nbf: now() + 8 })).status, 201, "nbf 8 seconds ahead");
  const without = (changes) => push(rp, { ...parameters, ...changes });
  const no = ["invalid_request", "unsupported_response_type", "unauthorized_client"];
  errorAnswer(
    await without({ redirect_uri: "https://evil.example/" }),
    400,
    "invalid_request",
    "redirect_uri",
  );
  errorAnswer(
    await without({ redirect_uri: undefined }),
    400,
    "invalid_request",
    "no redirect_uri",
  );
  errorAnswer(
    await without({ code_challenge: undefined, code_challenge_method: undefined }),
    400,
    "invalid_request",
    "no PKCE",
  );
  errorAnswer(await without({ code_challenge_method: "plain" }), 400, "invalid_request", "plain");
  errorAnswer(await without({ response_type: "code id_token" }), 400, no, "code id_token");
  errorAnswer(await without({ response_type: "token" }), 400, no, "token");
});

scenario(
  "FAPI 2.0 Security Profile §5.3.2: what must be refused at the token endpoint",
  async () => {
    const rp = await fapi("fapi2");
    const begin = async () => {
      const asked = await request(rp);
      const url = await client.buildAuthorizationUrlWithPAR(rp.config, query(asked.parameters));
      const answer = await visit(url);
      return { ...asked, answer, code: arrived(answer).searchParams.get("code") };
    };
    const ask = async (asked, { claims, dpop, changes } = {}) =>
      form(
        endpoint("token"),
        clean({
          grant_type: "authorization_code",
          code: asked.code,
          redirect_uri: REDIRECT,
          code_verifier: asked.verifier,
          client_id: rp.id,
          client_assertion_type: ASSERTION,
          client_assertion: await assertion(rp, claims),
          ...changes,
        }),
        dpop === null ? {} : { dpop: await proof(rp.dpop, "POST", endpoint("token")) },
      );
    const errors = ["invalid_dpop_proof", "invalid_request", "invalid_grant"];
    errorAnswer(await ask(await begin(), { dpop: null }), 400, errors, "without DPoP");
    errorAnswer(
      await ask(await begin(), { claims: { aud: [ISSUER] } }),
      [400, 401],
      "invalid_client",
      "aud as an array",
    );
    const verifier = { changes: { code_verifier: client.randomPKCECodeVerifier() } };
    errorAnswer(await ask(await begin(), verifier), 400, "invalid_grant", "verifier");
    errorAnswer(
      await ask(await begin(), { changes: { code_verifier: undefined } }),
      400,
      ["invalid_grant", "invalid_request"],
      "no verifier",
    );
    const asked = await begin();
    same((await ask(asked)).status, 200, "a good request");
    errorAnswer(await ask(asked), 400, "invalid_grant", "code again");
  },
);

scenario("FAPI 2.0 Security Profile §5.3.2.1: metadata that cannot be registered", async () => {
  const key = await keyPair("ES256");
  const good = {
    token_endpoint_auth_method: "private_key_jwt",
    jwks: { keys: [key.jwk] },
    security_profile: "fapi2",
    dpop_bound_access_tokens: true,
    redirect_uris: [REDIRECT],
    scopes: ["openid"],
  };
  const id = `standard-${run}-fapi`;
  for (const bad of [
    { token_endpoint_auth_method: "client_secret_basic" },
    { token_endpoint_auth_method: "none" },
    { dpop_bound_access_tokens: false },
    { id_token_signed_response_alg: "RS256" },
    {
      response_types: ["code id_token"],
      grant_types: ["authorization_code", "implicit"],
      application_type: "native",
    },
  ]) {
    const answer = await admin("PUT", id, { ...good, ...bad });
    errorAnswer(answer, 400, "invalid_client_metadata", show(bad));
  }
});

const SIGNS = "fapi2-message-signing";
scenario("FAPI 2.0 Message Signing: the whole flow with JAR and JARM", async () => {
  for (const alg of FAPI_ALGORITHMS) {
    const rp = await fapi(SIGNS, alg, { authorization_signed_response_alg: alg });
    const { DPoP } = rp;
    client.useJwtResponseMode(rp.config);
    const asked = await request(rp, { response_mode: "jwt" });
    const object = await requestObject(asked);
    const pushed = await push(rp, { request: object });
    same(pushed.status, 201, `pushed: ${pushed.text}`);
    const url = new URL(endpoint("authorization"));
    url.search = new URLSearchParams({ client_id: rp.id, request_uri: pushed.body.request_uri });
    const answer = await visit(url);
    same([...new URL(answer.location).searchParams.keys()], ["response"], "JARM only");
    const tokens = await redeem(asked, answer, {}, undefined, { DPoP });
    await client.fetchUserInfo(rp.config, tokens.access_token, tokens.claims().sub, { DPoP });
  }
});

scenario("FAPI 2.0 Message Signing §5.3.1: request objects that must be refused", async () => {
  const rs256 = await keyPair("RS256");
  const es256 = await keyPair("ES256");
  const rp = await fapi(SIGNS, "ES256", { key: es256, jwks: { keys: [es256.jwk, rs256.jwk] } });
  const asked = await request(rp, { response_mode: "jwt" });
  const object = (claims, key) => requestObject(asked, {}, claims, key);
  const bad = {
    "without exp": object({ exp: undefined }),
    "without nbf": object({ nbf: undefined }),
    "exp more than an hour after nbf": object({ exp: now() + 3700 }),
    "nbf more than an hour ago": object({ nbf: now() - 3700 }),
    expired: object({ nbf: now() - 400, exp: now() - 300 }),
    "wrong aud": object({ aud: "https://other.example" }),
    "without aud": object({ aud: undefined }),
    RS256: object({}, rs256),
    none: new jose.UnsecuredJWT({
      ...asked.parameters,
      client_id: rp.id,
      iss: rp.id,
      aud: ISSUER,
      nbf: now(),
      exp: now() + 60,
    }).encode(),
  };
  for (const [what, promise] of Object.entries(bad)) {
    const answer = await push(rp, { request: await promise });
    errorAnswer(answer, 400, "invalid_request_object", what);
  }
  const plain = await push(rp, asked.parameters);
  errorAnswer(plain, 400, ["invalid_request", "invalid_request_object"], "unsigned");
  const good = [object({ nbf: now() + 8 }), object({ aud: [ISSUER, "https://other.example"] })];
  for (const promise of good)
    same((await push(rp, { request: await promise })).status, 201, "good");
});

// ---------------------------------------------------------------------------------------------
// Logout: last, for it ends the browser's session

scenario("OpenID Connect RP-Initiated Logout §2: logout, then prompt=none", async () => {
  const after = REDIRECT.replace(/callback$/, "bye");
  const rp = await relyingParty({ post_logout_redirect_uris: [after] });
  const { tokens } = await login(rp);
  const end = (changes) =>
    client.buildEndSessionUrl(
      rp.config,
      clean({
        id_token_hint: tokens.id_token,
        post_logout_redirect_uri: after,
        state: "s t&u",
        ...changes,
      }),
    );
  const elsewhere = await visit(end({ post_logout_redirect_uri: "https://evil.example/" }));
  check(!elsewhere.location, `§3: an unregistered address: ${show(elsewhere)}`);
  await login(rp);
  const answer = await visit(end());
  const url = new URL(answer.location ?? "none:");
  same([url.origin + url.pathname, url.searchParams.get("state")], [after, "s t&u"], show(answer));
  const asked = await request(rp, { prompt: "none" });
  sentError(await visit(address(asked)), asked, "login_required");
});

// ---------------------------------------------------------------------------------------------

const wanted = process.argv.slice(2);
let failures = 0;
Object.assign(metadata, (await http(`${ISSUER}/.well-known/openid-configuration`)).body);
{
  const dpop = await proof(await dpopKeys(), "POST", endpoint("token"));
  const headers = { authorization: basic("standard-manager", MANAGER_SECRET), dpop };
  const answer = await form(endpoint("token"), { grant_type: CLIENT_CREDENTIALS }, headers);
  if (answer.body.error === "use_dpop_nonce") nonce = answer.headers.get("dpop-nonce");
}
for (const { name, run } of scenarios) {
  if (wanted.length && !wanted.some((word) => name.includes(word))) continue;
  try {
    await run();
    say({ ok: name });
  } catch (error) {
    failures += 1;
    const cause = error.cause && !(error.cause instanceof Response) ? show(error.cause) : "";
    const where =
      error.stack
        ?.match(/standard\.mjs:\d+/g)
        ?.slice(-2)
        .join(" ") ?? "";
    const parts = [error.error, error.error_description, error.message, cause, where];
    say({ failed: name, why: parts.filter(Boolean).join(" | ") });
  }
}
process.exit(failures ? 1 : 0);
