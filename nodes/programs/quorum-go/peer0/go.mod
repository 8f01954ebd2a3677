module peer0

go 1.21
