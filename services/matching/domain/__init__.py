"""Who could go where: data and functions, without a database, a network or a clock."""
