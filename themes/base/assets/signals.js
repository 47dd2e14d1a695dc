// Tells whatever keeps the member's passkeys which of them are good and what the account is called,
// where the browser can.
"use strict";
const told = document.querySelector("[data-signals]");
if (told && window.PublicKeyCredential) {
  const { name, displayName, allAcceptedCredentialIds, ...whose } = JSON.parse(told.dataset.signals);
  PublicKeyCredential.signalAllAcceptedCredentials?.({ ...whose, allAcceptedCredentialIds }).catch(() => {});
  PublicKeyCredential.signalCurrentUserDetails?.({ ...whose, name, displayName }).catch(() => {});
}
