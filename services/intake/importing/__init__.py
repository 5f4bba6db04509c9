"""Files of others: read, understood column by column, told in rows and problems. Nothing here asks the register."""
