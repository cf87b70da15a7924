//go:build linux

package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"time"
)

const (
	// auditLog is the name of the generated log, in the folder where commands run.
	auditLog      = "audit.log"
	auditLogBytes = 1_000_000_000
)

// caller sends requests of one kind. In its strings # is a number below of.
type caller struct {
	weight                      int
	of                          int
	verb, user, agent           string
	group, version, resource    string
	subresource, namespace, key string
	// removed is the minor that the server's annotation names, for a deprecated API.
	removed string
	// whole requests have their objects in the log, as they do at level RequestResponse.
	whole bool
}

// callers are a busy cluster's: most requests renew leases and update status, few are for APIs that go away.
func callers() []caller {
	const node, kubelet = "system:node:worker-#", "kubelet/v1.37.1 (linux/amd64) kubernetes/5b1a3d9"
	const manager = "kube-controller-manager/v1.37.1 (linux/amd64) kubernetes/5b1a3d9/"
	const operator, operatorAgent = "system:serviceaccount:team-#:operator", "operator/v0.31.2 (linux/amd64) kubernetes/$Format"
	return []caller{
		{weight: 380, of: 5000, verb: "update", user: node, agent: kubelet, group: "coordination.k8s.io", version: "v1", resource: "leases", namespace: "kube-node-lease", key: "worker-#"},
		{weight: 120, of: 5000, verb: "get", user: node, agent: kubelet, version: "v1", resource: "nodes", key: "worker-#"},
		{weight: 60, of: 5000, verb: "patch", user: node, agent: kubelet, version: "v1", resource: "nodes", subresource: "status", key: "worker-#"},
		{weight: 60, of: 5000, verb: "patch", user: node, agent: kubelet, version: "v1", resource: "pods", subresource: "status", namespace: "shop", key: "service-#-6f7c9d8b54-4k7xq", whole: true},
		{weight: 50, of: 5000, verb: "watch", user: node, agent: kubelet, version: "v1", resource: "configmaps", namespace: "shop", key: "service-#"},
		{weight: 80, of: 1, verb: "update", user: "system:kube-scheduler", agent: "kube-scheduler/v1.37.1 (linux/amd64) kubernetes/5b1a3d9/leader-election", group: "coordination.k8s.io", version: "v1", resource: "leases", namespace: "kube-system", key: "kube-scheduler"},
		{weight: 40, of: 5000, verb: "update", user: "system:serviceaccount:kube-system:deployment-controller", agent: manager + "system:serviceaccount:kube-system:deployment-controller", group: "apps", version: "v1", resource: "deployments", subresource: "status", namespace: "shop", key: "service-#"},
		{weight: 60, of: 1, verb: "list", user: "system:serviceaccount:monitoring:kube-state-metrics", agent: "kube-state-metrics/v2.17.0 (linux/amd64) kube-state-metrics/5b1a3d9", version: "v1", resource: "pods"},
		{weight: 90, of: 50, verb: "list", user: operator, agent: operatorAgent, group: "shop.example.com", version: "v1", resource: "orders", namespace: "team-#"},
		{weight: 40, of: 50, verb: "create", user: operator, agent: operatorAgent, version: "v1", resource: "events", namespace: "team-#"},
		{weight: 10, of: 50, verb: "patch", user: operator, agent: operatorAgent, group: "resource.k8s.io", version: "v1beta1", resource: "resourceclaims", namespace: "team-#", key: "accelerator-#", removed: "1.38", whole: true},
		{weight: 5, of: 1, verb: "watch", user: "system:serviceaccount:gpu:driver", agent: "gpu-driver/v1.4.0 (linux/amd64) kubernetes/$Format", group: "resource.k8s.io", version: "v1beta2", resource: "resourceslices", removed: "1.39"},
		{weight: 5, of: 1, verb: "list", user: "system:serviceaccount:velero:velero", agent: "velero-server/v1.17.0 (linux/amd64) 5b1a3d9", group: "coordination.k8s.io", version: "v1beta1", resource: "leasecandidates", removed: "1.39"},
	}
}

// writeAuditLog writes events as kube-apiserver does, the same for every run, until there are so many bytes.
func writeAuditLog(path string, size int) (err error) {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	buffer := bufio.NewWriterSize(file, 1<<16)
	if err := writeEvents(buffer, size); err != nil {
		return err
	}
	return buffer.Flush()
}

func writeEvents(out io.Writer, size int) error {
	random := rand.New(rand.NewPCG(1, 2))
	var turns []event
	for _, c := range callers() {
		e, err := newEvent(c)
		if err != nil {
			return err
		}
		for range c.weight {
			turns = append(turns, e)
		}
	}
	at := time.Date(2026, time.November, 20, 0, 0, 0, 0, time.UTC)
	var line []byte
	for written := 0; written < size; written += len(line) {
		at = at.Add(time.Duration(random.IntN(2_000_000)))
		line = turns[random.IntN(len(turns))].appendLine(line[:0], random, at)
		if _, err := out.Write(line); err != nil {
			return err
		}
	}
	return nil
}

// event is the line of a caller, cut where it has a number.
type event struct {
	parts []string
	of    int
}

// The marks stand for what differs between two lines of a caller: #, an id and a time.
const (
	idMark   = "00000000-0000-0000-0000-000000000000"
	timeMark = "2006-01-02T15:04:05.000000Z"
)

// newEvent has the fields in the order in which kube-apiserver writes them.
func newEvent(c caller) (event, error) {
	uri := "/api/" + c.version
	if c.group != "" {
		uri = "/apis/" + c.group + "/" + c.version
	}
	if c.namespace != "" {
		uri += "/namespaces/" + c.namespace
	}
	uri += "/" + c.resource
	if c.key != "" {
		uri += "/" + c.key
	}
	if c.subresource != "" {
		uri += "/" + c.subresource
	}
	groups := []string{"system:serviceaccounts", "system:authenticated"}
	if strings.HasPrefix(c.user, "system:node:") {
		groups[0] = "system:nodes"
	}
	code := 200
	if c.verb == "create" {
		code = 201
	}
	type user struct {
		Username string   `json:"username"`
		UID      string   `json:"uid,omitempty"`
		Groups   []string `json:"groups"`
	}
	type reference struct {
		Resource        string `json:"resource"`
		Namespace       string `json:"namespace,omitempty"`
		Name            string `json:"name,omitempty"`
		APIGroup        string `json:"apiGroup,omitempty"`
		APIVersion      string `json:"apiVersion"`
		ResourceVersion string `json:"resourceVersion,omitempty"`
		Subresource     string `json:"subresource,omitempty"`
	}
	type status struct {
		Metadata struct{} `json:"metadata"`
		Code     int      `json:"code"`
	}
	line := struct {
		Kind                     string            `json:"kind"`
		APIVersion               string            `json:"apiVersion"`
		Level                    string            `json:"level"`
		AuditID                  string            `json:"auditID"`
		Stage                    string            `json:"stage"`
		RequestURI               string            `json:"requestURI"`
		Verb                     string            `json:"verb"`
		User                     user              `json:"user"`
		SourceIPs                []string          `json:"sourceIPs"`
		UserAgent                string            `json:"userAgent"`
		ObjectRef                reference         `json:"objectRef"`
		ResponseStatus           status            `json:"responseStatus"`
		RequestObject            any               `json:"requestObject,omitempty"`
		ResponseObject           any               `json:"responseObject,omitempty"`
		RequestReceivedTimestamp string            `json:"requestReceivedTimestamp"`
		StageTimestamp           string            `json:"stageTimestamp"`
		Annotations              map[string]string `json:"annotations"`
	}{
		Kind: "Event", APIVersion: "audit.k8s.io/v1", Level: "Metadata", AuditID: idMark, Stage: "ResponseComplete",
		RequestURI: uri, Verb: c.verb,
		User:      user{Username: c.user, Groups: groups},
		SourceIPs: []string{"10.64.12.17"}, UserAgent: c.agent,
		ObjectRef:                reference{c.resource, c.namespace, c.key, c.group, c.version, "", c.subresource},
		ResponseStatus:           status{Code: code},
		RequestReceivedTimestamp: timeMark, StageTimestamp: timeMark,
		Annotations: map[string]string{
			"authorization.k8s.io/decision": "allow",
			"authorization.k8s.io/reason":   `RBAC: allowed by ClusterRoleBinding "operator" of ClusterRole "operator" to ServiceAccount "operator"`,
		},
	}
	if c.removed != "" {
		line.Annotations["k8s.io/deprecated"] = "true"
		line.Annotations["k8s.io/removed-release"] = c.removed
	}
	if c.whole {
		line.Level = "RequestResponse"
		line.RequestObject, line.ResponseObject = whole(c, 4), whole(c, 12)
	}
	text, err := json.Marshal(line)
	if err != nil {
		return event{}, err
	}
	marked := strings.NewReplacer("#", "\x00#\x00", idMark, "\x00"+idMark+"\x00", timeMark, "\x00"+timeMark+"\x00").Replace(string(text))
	return event{parts: strings.Split(marked+"\n", "\x00"), of: c.of}, nil
}

// whole is an object with so many conditions, about 300 bytes each.
func whole(c caller, conditions int) map[string]any {
	var list []map[string]string
	for i := range conditions {
		list = append(list, map[string]string{
			"type": fmt.Sprintf("Condition%d", i), "status": "True", "reason": "AsExpected", "lastTransitionTime": timeMark,
			"message": `The service "` + c.key + `" has as many ready replicas as it was asked for, and its last roll-out ended with success.` + "\n" +
				"See https://runbooks.example.com/service for what to do when it has not.",
		})
	}
	return map[string]any{
		"apiVersion": c.version, "kind": c.resource,
		"metadata": map[string]any{"name": c.key, "namespace": c.namespace},
		"status":   map[string]any{"conditions": list},
	}
}

func (e event) appendLine(line []byte, random *rand.Rand, at time.Time) []byte {
	n := random.IntN(e.of)
	for _, part := range e.parts {
		switch part {
		case "#":
			line = fmt.Appendf(line, "%05d", n)
		case idMark:
			id := random.Uint64()
			line = fmt.Appendf(line, "%08x-%04x-4%03x-8%03x-%012x", id>>32, id>>16&0xffff, id>>4&0xfff, id&0xfff, random.Uint64()>>16)
		case timeMark:
			line = at.AppendFormat(line, timeMark)
		default:
			line = append(line, part...)
		}
	}
	return line
}
