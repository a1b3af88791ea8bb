"""How the reference of the library is built: what stands in docstrings, in a plain theme, without network."""

import cityanalytics

project = "cityanalytics"
author = "cityanalytics"
version = release = cityanalytics.__version__
extensions = ["sphinx.ext.autodoc", "numpydoc"]
html_theme = "alabaster"
html_theme_options = {
    "description": "From the units' workbooks to the bureau's briefing",
    "page_width": "1100px",
}
html_sidebars = {"**": ["about.html", "globaltoc.html", "searchbox.html"]}
html_show_sphinx = False
html_show_sourcelink = False
add_module_names = False
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # docstrings say types where they help; signatures stay short
numpydoc_show_class_members = False  # members are listed where they are documented
numpydoc_class_members_toctree = False
