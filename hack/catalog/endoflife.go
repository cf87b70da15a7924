package main

import (
	"encoding/json"
	"fmt"

	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// product is a platform at endoflife.date, which knows it by the same id, and
// the phases that its dates end. A date without a phase is not used.
type product struct {
	id string
	// Ends of active support, of life, and of extended support.
	eoas, eol, eoes string
}

func products() []product {
	return []product{
		{id: "alibaba-ack", eol: "standard"},
		{id: "amazon-eks", eol: "standard", eoes: "extended"},
		{id: "azure-kubernetes-service", eol: "standard", eoes: "lts"},
		// eoasFrom is worked out by endoflife.date, and nothing that Google says.
		{id: "google-kubernetes-engine", eol: "standard"},
		{id: "red-hat-openshift", eoas: "full", eol: "maintenance", eoes: "eus1"},
	}
}

// productPage is what version 1 of endoflife.date's API answers for a product.
type productPage struct {
	Result struct {
		Name     string           `json:"name"`
		Releases []productRelease `json:"releases"`
	} `json:"result"`
}

type productRelease struct {
	Name        version.Minor `json:"name"`
	ReleaseDate calendar.Date `json:"releaseDate"`
	// EOASFrom and the other two are the last days of their phases, null when
	// they are not known.
	EOASFrom calendar.Date `json:"eoasFrom"`
	EOLFrom  calendar.Date `json:"eolFrom"`
	EOESFrom calendar.Date `json:"eoesFrom"`
	// Latest is null for products whose patches are not followed.
	Latest *struct {
		Name string        `json:"name"`
		Date calendar.Date `json:"date"`
	} `json:"latest"`
}

func (p product) parse(data []byte) ([]finding, error) {
	var page productPage
	if err := json.Unmarshal(data, &page); err != nil {
		return nil, err
	}
	if page.Result.Name != p.id {
		return nil, fmt.Errorf("describes %q instead of %q", page.Result.Name, p.id)
	}
	var found []finding
	for _, r := range page.Result.Releases {
		f := finding{
			version:  r.Name,
			released: r.ReleaseDate,
			ends:     map[string]calendar.Date{p.eoas: r.EOASFrom, p.eol: r.EOLFrom, p.eoes: r.EOESFrom},
		}
		delete(f.ends, "")
		if r.Latest != nil && r.Latest.Name != "" {
			f.latest = &catalog.Patch{Version: r.Latest.Name, Announced: r.Latest.Date}
		}
		found = append(found, f)
	}
	return found, nil
}
