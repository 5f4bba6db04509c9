"""What figures are made of: rows of events, tables of counts, and which small counts are not shown."""
