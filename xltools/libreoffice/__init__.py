"""An xlwings engine on LibreOffice: the same `xw.Book` code drives Excel and LibreOffice Calc. See README.md."""
