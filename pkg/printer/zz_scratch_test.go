package printer
import ("testing";"fmt";"strings"
"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)
func TestScratch(t *testing.T){
	r:=supportReport(t,advised(row("control plane","v1.36.1",v1alpha1.OK,upstream36(t)),"X"),advised(row("nodes","v1.35.1",v1alpha1.OK,upstream36(t)),"Y"),advised(row("nodes","v1.34.1",v1alpha1.OK,upstream36(t)),"X"))
	fmt.Println("9:",advice(r))
	got:=timeline(t,"2027-11-20",Layout{Width:40},released(t,"1.2","2020-01-01","standard 2029-01-31"))
	for _,l:=range got{fmt.Println("10:",len([]rune(l)),l)}
	got=timeline(t,"2026-11-20",Layout{Width:40},released(t,"4.2","2026-01-01","full 2026-03-31","maintenance 2026-05-31","EUS1 2026-07-31 x","EUS2 2026-09-30 x"))
	for _,l:=range got{fmt.Println("11:",len([]rune(l)),l)}
	got=timeline(t,"2026-11-20",Layout{},released(t,"1.2","2026-10-01","standard 2026-12-31"))
	fmt.Println(strings.Join(got,"|\n"))
}
