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
    own.textContent = at.toLocaleString(document.documentElement.lang, {
      month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false, timeZoneName: "short"
    });
    time.parentNode.appendChild(own);
  }
  document.querySelectorAll(".with-own-time time").forEach(addOwnTime);
})();
