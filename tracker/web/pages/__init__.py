"""One module a page, each with one function that gives its plain value; its HTML, JSON, CSV and feed show that."""
