module peer1

go 1.21
