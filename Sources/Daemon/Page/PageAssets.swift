/// What the page needs beside its HTML, all of it ours.
enum PageAssets {
    static func icon(_ mood: String) -> String? {
        let colours = ["well": "#2f8f66", "warn": "#c77d0a", "bad": "#cc3b2e"]
        guard let colour = colours[mood] else { return nil }
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><ellipse cx="16" cy="8" rx="11" ry="5" fill="\(colour)"/>\
            <path d="M5 8v16c0 2.800 4.900 5 11 5s11-2.200 11-5V8" fill="none" stroke="\(colour)" stroke-width="3"/>\
            <path d="M5 16c0 2.800 4.900 5 11 5s11-2.200 11-5" fill="none" stroke="\(colour)" stroke-width="3"/></svg>
            """
    }

    /// Takes what is new into the page; what is open stays open, and who is typing or reading is left alone. Without it
    /// the page works all the same.
    static let script = """
        "use strict";
        (function () {
          var every = 5000, failures = 0, timer;

          function openOnes() {
            return Array.prototype.map.call(document.querySelectorAll("details[open][id]"), function (d) { return d.id; });
          }

          function isBusy() {
            var at = document.activeElement, picked = String(window.getSelection ? window.getSelection() : "");
            return picked !== "" || !!(at && at.closest && at.closest("main form"));
          }

          function take(text) {
            var fresh = new DOMParser().parseFromString(text, "text/html");
            var next = fresh.querySelector("main"), old = document.querySelector("main");
            if (!next || !old || !fresh.getElementById("taken")) { throw new Error("no page"); }
            var open = openOnes(), held = document.activeElement && document.activeElement.id, slides = {};
            Array.prototype.forEach.call(old.querySelectorAll(".scroll"), function (s, i) { slides[i] = s.scrollLeft; });
            old.replaceWith(next);
            open.forEach(function (id) { var d = document.getElementById(id); if (d) { d.open = true; } });
            Array.prototype.forEach.call(next.querySelectorAll(".scroll"), function (s, i) {
              s.scrollLeft = i in slides ? slides[i] : s.scrollWidth;
            });
            if (held) { var e = document.getElementById(held); if (e) { e.focus({ preventScroll: true }); } }
            document.title = fresh.title;
            document.getElementById("taken").replaceWith(fresh.getElementById("taken"));
            var icon = document.querySelector("link[rel=icon]"), other = fresh.querySelector("link[rel=icon]");
            if (icon && other && icon.getAttribute("href") !== other.getAttribute("href")) { icon.replaceWith(other); }
            document.body.classList.remove("stale");
          }

          function look() {
            clearTimeout(timer);
            if (document.hidden || isBusy()) { timer = setTimeout(look, every); return; }
            fetch("/", { credentials: "same-origin", headers: { accept: "text/html" } })
              .then(function (answer) { if (!answer.ok) { throw new Error(answer.status); } return answer.text(); })
              .then(function (text) { take(text); failures = 0; })
              .catch(function () {
                failures += 1;
                document.body.classList.add("stale");
                var taken = document.getElementById("taken");
                if (taken && failures === 1) { taken.append(". The daemon does not answer."); }
              })
              .then(function () { timer = setTimeout(look, Math.min(every * Math.pow(2, failures), 60000)); });
          }

          Array.prototype.forEach.call(document.querySelectorAll(".scroll"), function (s) { s.scrollLeft = s.scrollWidth; });
          document.addEventListener("visibilitychange", function () { if (!document.hidden) { look(); } });
          timer = setTimeout(look, every);
        }());

        """
}
