// A partner site: signs people in with openid-client and shows what it learnt.
import { createServer } from "node:http";
import * as client from "openid-client";

const { ISSUER, CLIENT_ID, CLIENT_SECRET, PORT } = process.env;
const base = `http://localhost:${PORT}`;
const config = await client.discovery(
  new URL(ISSUER),
  CLIENT_ID,
  { id_token_signed_response_alg: "ES256" },
  client.ClientSecretBasic(CLIENT_SECRET),
  { execute: [client.allowInsecureRequests] },
);
let waiting = null;

const text = (response, status, value) => {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" });
  response.end(typeof value === "string" ? value : JSON.stringify(value));
};

createServer(async (request, response) => {
  const url = new URL(request.url, base);
  try {
    if (url.pathname === "/login") {
      const verifier = client.randomPKCECodeVerifier();
      waiting = { verifier, state: client.randomState(), nonce: client.randomNonce() };
      const to = client.buildAuthorizationUrl(config, {
        redirect_uri: `${base}/callback`,
        scope: "openid profile email membership",
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: "S256",
        state: waiting.state,
        nonce: waiting.nonce,
        ...(url.searchParams.has("silent") ? { prompt: "none" } : {}),
      });
      response.writeHead(302, { location: to.href });
      return response.end();
    }
    if (url.pathname === "/callback") {
      if (url.searchParams.has("error")) return text(response, 200, url.searchParams.get("error"));
      const tokens = await client.authorizationCodeGrant(config, url, {
        pkceCodeVerifier: waiting.verifier,
        expectedState: waiting.state,
        expectedNonce: waiting.nonce,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      const info = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
      return text(response, 200, { claims, info });
    }
    text(response, 200, "partner");
  } catch (error) {
    text(response, 500, `${error.code ?? ""} ${error.message} ${error.cause ?? ""}`);
  }
}).listen(Number(PORT), "127.0.0.1", () => console.log("listening"));
