package deprecation

// difference is what else changes with the version, where the apiVersion alone
// would not do, or would mean something else; empty where none is known.
// https://kubernetes.io/docs/reference/using-api/deprecation-guide/
func (a *api) difference() string {
	const (
		ingress  = "backends are written as service.name and service.port, and every path needs a pathType"
		requests = "deviceClassName and its siblings move below exactly"
		webhooks = "sideEffects and admissionReviewVersions are required, and matchPolicy and timeoutSeconds have other defaults"
	)
	return map[string]string{
		"extensions/v1beta1 Ingress":                                          ingress,
		"networking.k8s.io/v1beta1 Ingress":                                   ingress,
		"policy/v1beta1 PodDisruptionBudget":                                  "an empty selector then means every pod of the namespace, not none",
		"policy/v1beta1 PodSecurityPolicy":                                    "Pod Security Admission takes its place: labels pod-security.kubernetes.io/enforce on namespaces",
		"resource.k8s.io/v1beta1 ResourceClaim":                               requests,
		"resource.k8s.io/v1beta1 ResourceClaimTemplate":                       requests,
		"resource.k8s.io/v1beta1 ResourceSlice":                               "what stands below basic of a device moves up to the device",
		"apiextensions.k8s.io/v1beta1 CustomResourceDefinition":               "every version of spec.versions needs a structural schema",
		"admissionregistration.k8s.io/v1beta1 ValidatingWebhookConfiguration": webhooks,
		"admissionregistration.k8s.io/v1beta1 MutatingWebhookConfiguration":   webhooks,
		"certificates.k8s.io/v1beta1 CertificateSigningRequest":               "signerName is required",
		"autoscaling/v2beta1 HorizontalPodAutoscaler":                         "metrics name their target below target",
		"flowcontrol.apiserver.k8s.io/v1beta2 PriorityLevelConfiguration":     "assuredConcurrencyShares is called nominalConcurrencyShares",
		"flowcontrol.apiserver.k8s.io/v1beta1 PriorityLevelConfiguration":     "assuredConcurrencyShares is called nominalConcurrencyShares",
	}[a.String()]
}
