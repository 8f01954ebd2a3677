module node

go 1.21
