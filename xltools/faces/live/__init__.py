"""What a button does to a workbook that is open in Excel or LibreOffice; all of it through xlwings objects that are handed in."""
