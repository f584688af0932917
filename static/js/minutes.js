// Saves the minutes while they are written, and keeps in this browser what could not be saved yet.
// Without it the form's buttons do all there is to do.
(function () {
  "use strict";
  var form = document.querySelector("form[data-minutes]");
  if (!form) return;
  var text = form.elements.body;
  var expected = form.elements.expected;
  var says = form.dataset;
  var state = document.getElementById("minutes-state");
  var offer = document.getElementById("minutes-kept");
  var key = "minutes:" + says.minutes;
  var autosaves = "autosave" in says;
  // The text that the server has seen last; null where the page shows another one.
  var base = "fresh" in says ? text.value : null;
  // What was sent without an answer: it may be stored. It is sent again before anything newer, so
  // that nobody is in conflict with their own words.
  var unsure = null;
  var PAUSE = 2000, LONGEST = 15000, RETRY = 5000, PATIENCE = 20000;
  var timer = 0, dirtySince = 0, queue = Promise.resolve(), stopped = false;

  // ── this browser's copy ──
  function kept() {
    try { return JSON.parse(localStorage.getItem(key)); } catch (unreadable) { return null; }
  }
  function keep() {
    var entry = { body: text.value, expected: expected.value, base: base, unsure: unsure, at: Date.now() };
    try { localStorage.setItem(key, JSON.stringify(entry)); } catch (full) { say(says.full); }
  }
  function forget() {
    try { localStorage.removeItem(key); } catch (forbidden) { /* then nothing was kept either */ }
  }
  function say(words) { if (state.textContent !== words) state.textContent = words; }
  function clock() {
    return new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  }

  // ── saving ──
  function changed() { return base === null || text.value !== base; }
  function later(wait) {
    if (!autosaves || stopped) return;
    if (!dirtySince) dirtySince = Date.now();
    clearTimeout(timer);
    timer = setTimeout(save, Math.max(0, Math.min(wait, dirtySince + LONGEST - Date.now())));
  }
  function save() {
    clearTimeout(timer);
    dirtySince = 0;
    queue = queue.then(function () { return stopped ? null : send({}); });
    return queue;
  }
  function send(more) {
    var sent = unsure === null || more.do ? text.value : unsure;
    var data = new FormData(form);
    data.set("body", sent);
    if (base !== null) data.set("base", base);
    Object.keys(more).forEach(function (name) { data.set(name, more[name]); });
    say(says.saving);
    var give = new AbortController();
    var patience = setTimeout(function () { give.abort(); }, PATIENCE);
    return fetch(says.url, { method: "POST", body: data, signal: give.signal })
      .then(function (answer) {
        var isJson = (answer.headers.get("Content-Type") || "").indexOf("application/json") === 0;
        return (isJson ? answer.json() : Promise.resolve({})).then(function (found) {
          return { status: answer.status, found: found };
        });
      })
      .catch(function () { return { status: 0, found: {} }; })
      .then(function (answer) {
        clearTimeout(patience);
        take(answer.status, answer.found, sent);
        return answer;
      });
  }
  function take(status, found, sent) {
    if (status === 200) return saved(found, sent);
    unsure = status === 0 || status >= 500 ? sent : null;
    keep();
    if (unsure !== null) {
      say(says.offline);
      later(RETRY);
      return;
    }
    // What stays as it is until somebody acts; typing goes on being kept here.
    stopped = [401, 403, 409].indexOf(status) >= 0;
    say(found.message || says.reload);
    document.getElementById("minutes-again").hidden = [401, 403].indexOf(status) < 0;
  }
  function saved(found, sent) {
    var merged = typeof found.body === "string";
    unsure = null;
    if (text.value !== sent) {
      // Typed on meanwhile: the next save goes on from what was sent, others' lines come with it.
      base = sent;
      if (!merged) expected.value = found.number;
      keep();
      say(says.saving);
      later(PAUSE);
    } else {
      if (merged) replace(found.body);
      base = text.value;
      expected.value = found.number;
      forget();
      say(found.message + " " + clock());
    }
  }
  function replace(body) {
    var old = text.value, caret = text.selectionStart, top = text.scrollTop, same = 0;
    var most = Math.min(old.length, body.length);
    while (same < most && old[old.length - 1 - same] === body[body.length - 1 - same]) same += 1;
    if (caret >= old.length - same) caret += body.length - old.length;
    text.value = body;
    text.setSelectionRange(Math.max(0, caret), Math.max(0, caret));
    text.scrollTop = top;
  }

  // ── events ──
  text.addEventListener("input", function () { keep(); later(PAUSE); });
  window.addEventListener("online", function () { if (changed()) later(0); });
  document.addEventListener("visibilitychange", function () {
    if (document.hidden && changed() && !text.readOnly) { keep(); later(0); }
  });
  form.addEventListener("submit", function (event) {
    var button = event.submitter;
    if (stopped || text.readOnly || (button && button.value !== "save")) return;
    event.preventDefault();
    clearTimeout(timer);
    queue = queue.then(function () {
      return autosaves && unsure !== null ? send({}) : null;
    }).then(function () { return send({ do: "save" }); }).then(function (answer) {
      if (answer.status === 200) {
        forget();
        location.assign(answer.found.next);
      } else if (answer.status >= 400 && answer.status < 500 && answer.status !== 401 && answer.status !== 403) {
        // The page of the plain form says what is wrong, or shows both texts.
        form.submit();
      }
    });
  });
  // Somebody else saved while nothing is written here: the same way brings their text.
  document.addEventListener("htmx:afterSwap", function () {
    var live = document.getElementById("minutes-live");
    var newer = live && Number(live.dataset.number) > Number(expected.value);
    if (newer && autosaves && !changed() && !text.readOnly) save();
  });

  // ── what an earlier visit left here ──
  function decide(restore) {
    var entry = kept();
    offer.hidden = true;
    text.readOnly = false;
    if (restore && entry) {
      text.value = entry.body;
      base = entry.base;
      expected.value = entry.expected;
      unsure = entry.unsure;
      later(0);
    } else {
      forget();
    }
    text.focus();
  }
  var left = kept();
  if (left && left.body === text.value) {
    if (base === null) { base = left.base; later(PAUSE); } else forget();
  } else if (left && left.body !== left.base) {
    document.getElementById("minutes-kept-at").textContent = new Date(left.at).toLocaleString(document.documentElement.lang);
    offer.hidden = false;
    text.readOnly = true;
    document.getElementById("minutes-restore").addEventListener("click", function () { decide(true); });
    document.getElementById("minutes-discard").addEventListener("click", function () { decide(false); });
  }
})();
