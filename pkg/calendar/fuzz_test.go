package calendar_test

import (
	"encoding/json"
	"testing"

	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
)

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"2026-11-20", "2026-11", "~2027-06-03", "~2024-02", "2024-02-29", "2023-02-29", "0001-01-01", "9999-12-31", "0000-01", "2026-13-01", "", "~"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := calendar.Parse(text)
		if err != nil {
			if !d.IsZero() {
				t.Errorf("%q is %v, and %v", text, d, err)
			}
			return
		}
		if d.String() != text {
			t.Errorf("%q is written %q", text, d)
		}
		var again calendar.Date
		if data, err := json.Marshal(d); err != nil || json.Unmarshal(data, &again) != nil || again != d {
			t.Errorf("%q became %v in JSON", text, again)
		}
		if days := d.Last().Minus(d.First()); days < 0 || days > 30 || d.Compare(d.Last()) != 0 {
			t.Errorf("%q begins on %s and ends on %s", text, d.First(), d.Last())
		}
		if next := d.AddMonths(1); next.Minus(d) < 28 || next.Minus(d) > 31 {
			t.Errorf("a month after %s is %s", d, next)
		}
		if next := d.AddDays(400); next.Minus(d) != 400 || next.Compare(d) != 1 {
			t.Errorf("400 days after %s are %s", d, next)
		}
	})
}

func FuzzParsePeriod(f *testing.F) {
	for _, seed := range []string{"90d", "12w", "3mo", "1y", "0d", "0y", "9999y", "10000d", "-1d", "1h", "+1d", "1 d"} {
		f.Add(seed)
	}
	day := calendar.Date{Year: 2024, Month: 2, Day: 29}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := calendar.ParsePeriod(text)
		if err != nil {
			if p != (calendar.Period{}) {
				t.Errorf("%q is %v, and %v", text, p, err)
			}
			return
		}
		if again, err := calendar.ParsePeriod(p.String()); err == nil && again != p {
			t.Errorf("%q is written %q, which is another", text, p)
		}
		if end := p.After(day); end.Compare(day) < 0 {
			t.Errorf("%s after %s is %s", text, day, end)
		}
	})
}
