"""Floor 8: pictures, workbook, HTML report."""
