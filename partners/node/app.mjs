// A partner's site: people log in at their insurer, and openid-client does the protocol.
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import * as client from "openid-client";

const { ISSUER, CLIENT_ID, CLIENT_SECRET, PORT } = process.env;
const base = `http://localhost:${PORT}`; // your https address in production

// The library refuses http. A provider on your own machine is the one exception.
const loopback = ["localhost", "127.0.0.1"].includes(new URL(ISSUER).hostname);
const provider = await client.discovery(
  new URL(ISSUER),
  CLIENT_ID,
  // Without this the library takes every algorithm that the provider offers.
  { id_token_signed_response_alg: "ES256" },
  client.ClientSecretBasic(CLIENT_SECRET),
  { execute: loopback ? [client.allowInsecureRequests] : [] },
);

// In memory, for one process: take the sessions of your framework instead.
const sessions = new Map();

const pages = {
  "/"({ response }) {
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end('<h1>A partner</h1> <a href="/me">Log in</a> <a href="/logout">Log out</a>');
  },

  async "/login"({ url, response }) {
    const state = client.randomState();
    const nonce = client.randomNonce();
    const verifier = client.randomPKCECodeVerifier();
    setCookie(response, "partner-login", [state, nonce, verifier].join("."), 3600);
    const parameters = {
      redirect_uri: `${base}/callback`,
      scope: "openid profile email",
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      state,
      nonce,
    };
    // Silent single sign-on: the provider asks nothing and answers login_required instead.
    if (url.searchParams.get("prompt") === "none") parameters.prompt = "none";
    see(response, client.buildAuthorizationUrl(provider, parameters));
  },

  async "/callback"({ url, response, cookies }) {
    setCookie(response, "partner-login", "", 0); // one answer per login
    if (!cookies["partner-login"]) return text(response, 400, "No login was begun here.");
    const [expectedState, expectedNonce, pkceCodeVerifier] = cookies["partner-login"].split(".");
    const checks = { expectedState, expectedNonce, pkceCodeVerifier, idTokenExpected: true };
    try {
      const tokens = await client.authorizationCodeGrant(provider, url, checks);
      const claims = tokens.claims();
      const info = await client.fetchUserInfo(provider, tokens.access_token, claims.sub);
      const id = randomUUID();
      sessions.set(id, { member: { ...claims, ...info }, idToken: tokens.id_token });
      setTimeout(() => sessions.delete(id), 8 * 3600 * 1000).unref();
      setCookie(response, "partner", id, 8 * 3600);
      see(response, "/me");
    } catch (error) {
      // The provider's word, such as access_denied; otherwise what the library found wrong.
      const word = error.error ?? error.code ?? "error";
      const why = error.error_description ?? error.cause?.message ?? error.message;
      text(response, 400, `Login failed: ${word} (${why})`);
    }
  },

  "/me"({ response, cookies }) {
    const session = sessions.get(cookies.partner);
    if (!session) return see(response, "/login");
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(session.member));
  },

  // In your own site a form that posts: a link can be followed by anybody's page.
  "/logout"({ response, cookies }) {
    const parameters = { post_logout_redirect_uri: `${base}/` };
    const session = sessions.get(cookies.partner);
    if (session) parameters.id_token_hint = session.idToken;
    sessions.delete(cookies.partner);
    see(response, client.buildEndSessionUrl(provider, parameters)); // it adds the client_id
  },
};

function setCookie(response, name, value, seconds) {
  const secure = base.startsWith("https:") ? "; Secure" : "";
  // Lax: the browser must send the cookie when the provider sends it back to /callback.
  const rules = `Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secure}`;
  response.appendHeader("set-cookie", `${name}=${value}; ${rules}`);
}

function see(response, url) {
  response.writeHead(303, { location: String(url) }).end();
}

function text(response, status, words) {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(words);
}

createServer(async (request, response) => {
  try {
    const url = new URL(request.url, base);
    const lines = (request.headers.cookie ?? "").split("; ");
    const cookies = Object.fromEntries(lines.map((line) => line.split("=", 2)));
    const known = request.method === "GET" && Object.hasOwn(pages, url.pathname);
    if (!known) return text(response, 404, "There is no such page.");
    await pages[url.pathname]({ url, response, cookies });
  } catch (error) {
    console.error(error);
    text(response, 500, "Something went wrong here.");
  }
}).listen(Number(PORT), "127.0.0.1", () => console.log(`partner: ${base}/`));
