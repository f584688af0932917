// Adds the reader's own time beside a meeting's time where the zones differ, as long as the reader has
// not chosen a zone: then the server writes it. Pages are whole without it.
(function () {
  "use strict";
  var page = document.documentElement;
  var english = page.lang === "en";
  function offsetMinutes(iso) {
    var found = /([+-])(\d\d):(\d\d)$/.exec(iso);
    if (!found) return null;
    return (found[1] === "-" ? -1 : 1) * (60 * Number(found[2]) + Number(found[3]));
  }
  function pad(number) {
    return (number < 10 ? "0" : "") + number;
  }
  function offsetWords(at) {
    var minutes = -at.getTimezoneOffset();
    var size = Math.abs(minutes);
    return "UTC" + (minutes < 0 ? "-" : "+") + pad(Math.floor(size / 60)) + ":" + pad(size % 60);
  }
  function isSameDay(at, iso) {
    return iso.slice(0, 10) === at.getFullYear() + "-" + pad(at.getMonth() + 1) + "-" + pad(at.getDate());
  }
  function addOwnTime(time) {
    var iso = time.getAttribute("datetime");
    var at = new Date(iso);
    var offset = offsetMinutes(iso);
    if (offset === null || isNaN(at) || -at.getTimezoneOffset() === offset) return;
    var parts = { weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
    if (!isSameDay(at, iso)) {
      parts.month = english ? "short" : "numeric";
      parts.day = "numeric";
    }
    var own = document.createElement("span");
    own.className = "muted own-time";
    var words = at.toLocaleString(english ? "en-GB" : page.lang, parts).replace(/(周.)(?=\d)/, "$1 ");
    own.textContent = "= " + words + " " + offsetWords(at);
    time.parentNode.appendChild(own);
  }
  function offerOwnZone() {
    var select = document.querySelector("select[name=zone]");
    if (!select || select.value) return;
    select.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (select.selectedIndex < 0) select.value = "";
  }
  if (page.dataset.timeZone) return;
  document.querySelectorAll(".with-own-time time").forEach(addOwnTime);
  offerOwnZone();
})();
