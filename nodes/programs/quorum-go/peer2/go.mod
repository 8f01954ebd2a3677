module peer2

go 1.21
