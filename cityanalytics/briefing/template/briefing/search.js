(function () {
  "use strict";
  var MOST = 50; // of many reports so many are shown at once
  var box = document.getElementById("search"), field = document.getElementById("wanted");
  var status = box.querySelector("[role=status]"), years = document.getElementById("years");
  var list = document.getElementById("found"), block = document.getElementById("all"), all = null;
  var items = Array.prototype.slice.call(document.querySelectorAll("[data-words]"));
  function has(words, terms) {
    return terms.every(function (term) { return words.indexOf(term) !== -1; });
  }
  function add(parent, kind, text, name) {
    var made = parent.appendChild(document.createElement(kind));
    made.textContent = text;
    if (name) made.className = name;
    return made;
  }
  function show(row) {
    var item = add(list, "li", ""), head = add(item, "h3", "");
    if (row[0]) add(head, "a", row[1]).href = row[0]; else add(head, "span", row[1]);
    head.appendChild(document.createTextNode(" "));
    add(head, "span", row[3], "light " + row[2]);
    add(item, "p", row[4], "meta");
    add(item, "p", row[5]).lang = row[6];
  }
  function many(terms) {
    if (!all) { // read when it is first asked for: the page opens without it
      all = JSON.parse(block.textContent);
      all.forEach(function (row) {
        row.push([row[1], row[5]].join("\n").normalize("NFKC").toLowerCase() + "\n" + row[7]);
      });
    }
    var found = terms.length ? all.filter(function (row) { return has(row[8], terms); }) : [];
    list.textContent = "";
    found.slice(0, MOST).forEach(show);
    return found.length;
  }
  function few(terms) {
    return items.filter(function (item) {
      item.hidden = !has(item.getAttribute("data-words"), terms);
      return !item.hidden;
    }).length;
  }
  function search() {
    var terms = field.value.normalize("NFKC").toLowerCase().split(/\s+/).filter(Boolean);
    var found = block ? many(terms) : few(terms);
    if (years) years.hidden = terms.length > 0;
    status.textContent = !terms.length ? "" :
      found ? status.getAttribute("data-found").replace("#", found) : status.getAttribute("data-none");
  }
  box.hidden = false;
  field.addEventListener("input", search);
})();
