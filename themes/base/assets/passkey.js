// Hands the page's challenge to the browser and posts what it answers. Without it, or where there
// are no passkeys, the form stays hidden and the rest of the page works.
"use strict";
const form = document.querySelector("form[data-passkey]");
const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

const options = () => {
  const key = JSON.parse(form.dataset.passkey).publicKey;
  key.challenge = bytes(key.challenge);
  if (key.user) key.user.id = bytes(key.user.id);
  for (const one of [...(key.excludeCredentials ?? []), ...(key.allowCredentials ?? [])]) {
    one.id = bytes(one.id);
  }
  return key;
};

const post = (credential) => {
  const { id, rawId, type, response } = credential;
  const answer = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) answer[name] = text(response[name]);
  }
  form.elements.credential.value = JSON.stringify({ id, rawId: text(rawId), type, extensions: {}, response: answer });
  // Ticked in the form of the password, it is meant for the passkey, too.
  if (form.elements.stay) form.elements.stay.value = document.querySelector("#stay:checked")?.value ?? "";
  form.submit();
};

const says = (name) => {
  for (const line of form.querySelectorAll("[data-says]")) line.hidden = line.dataset.says !== name;
};

if (form && window.PublicKeyCredential) {
  form.hidden = false;
  for (const other of document.querySelectorAll("[data-without-passkey]")) other.hidden = true;
  const makes = form.dataset.act === "make";
  // Nobody's any more: whatever keeps it need not offer it again.
  const { unknown } = form.dataset;
  if (unknown) {
    PublicKeyCredential.signalUnknownCredential?.({ rpId: options().rpId, credentialId: unknown }).catch(() => {});
  }
  let waiting = new AbortController();
  // Offered in the field of the user ID, where the browser can.
  const conditional = async () => {
    if (makes || !(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
    try {
      post(await navigator.credentials.get({ publicKey: options(), mediation: "conditional", signal: waiting.signal }));
    } catch {
      // Nobody chose one, or the button was pressed.
    }
  };
  conditional();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    waiting.abort();
    waiting = new AbortController();
    const asked = { publicKey: options(), signal: waiting.signal };
    try {
      post(await (makes ? navigator.credentials.create(asked) : navigator.credentials.get(asked)));
    } catch (error) {
      says(error.name === "InvalidStateError" ? "known" : "cancelled");
      for (const button of form.querySelectorAll("button")) button.disabled = false;
    }
  });
}
