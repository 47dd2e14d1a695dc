// Follows a page's one link when everything has loaded, or after three seconds.
// In place of this page: "back" does not lead here again.
"use strict";
const next = document.querySelector("a[data-next]");
if (next) {
  const follow = () => {
    clearTimeout(patience);
    window.removeEventListener("load", follow);
    location.replace(next.href);
  };
  const patience = setTimeout(follow, 3000);
  window.addEventListener("load", follow);
}
