module github.com/kubectl-versions/kubectl-versions/test/compare

go 1.26.0
