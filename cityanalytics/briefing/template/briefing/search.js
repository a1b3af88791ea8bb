(function () {
  "use strict";
  var box = document.getElementById("search"), field = document.getElementById("wanted");
  var status = box.querySelector("[role=status]"), years = document.getElementById("years");
  var items = Array.prototype.slice.call(document.querySelectorAll("[data-words]"));
  function search() {
    var terms = field.value.normalize("NFKC").toLowerCase().split(/\s+/).filter(Boolean), found = 0;
    items.forEach(function (item) {
      var words = item.getAttribute("data-words");
      item.hidden = !terms.every(function (term) { return words.indexOf(term) !== -1; });
      found += item.hidden ? 0 : 1;
    });
    if (years) {
      years.hidden = terms.length > 0;
      items[0].parentNode.hidden = !terms.length;
    }
    status.textContent = !terms.length ? "" :
      found ? status.getAttribute("data-found").replace("#", found) : status.getAttribute("data-none");
  }
  box.hidden = false;
  field.addEventListener("input", search);
})();
