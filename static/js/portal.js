// Adds the reader's own time beside a meeting's time where the zones differ. Pages are whole without it.
(function () {
  "use strict";
  function offsetMinutes(iso) {
    var found = /([+-])(\d\d):(\d\d)$/.exec(iso);
    if (!found) return null;
    return (found[1] === "-" ? -1 : 1) * (60 * Number(found[2]) + Number(found[3]));
  }
  function addOwnTime(time) {
    var iso = time.getAttribute("datetime");
    var at = new Date(iso);
    var offset = offsetMinutes(iso);
    if (offset === null || isNaN(at) || -at.getTimezoneOffset() === offset) return;
    var own = document.createElement("span");
    own.className = "muted own-time";
    var english = document.documentElement.lang === "en";
    own.textContent = at.toLocaleString(english ? "en-GB" : document.documentElement.lang, {
      month: english ? "short" : "numeric", day: "numeric",
      hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZoneName: "short"
    });
    time.parentNode.appendChild(own);
  }
  document.querySelectorAll(".with-own-time time").forEach(addOwnTime);
})();
