package controlplane

import (
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// writeKubeconfig writes one context per user, through the load balancer, and one per server, for admin. Besides the users
// that the servers know there is expired, whose token they do not.
func writeKubeconfig(path, balancer string, servers []*apiServer, files *files) error {
	config := clientcmdapi.NewConfig()
	cluster := func(address string) *clientcmdapi.Cluster {
		return &clientcmdapi.Cluster{Server: "https://" + address, CertificateAuthorityData: files.ca}
	}
	config.Clusters["load-balancer"] = cluster(balancer)
	for user, token := range files.tokens {
		config.AuthInfos[user] = &clientcmdapi.AuthInfo{Token: token}
		config.Contexts[user] = &clientcmdapi.Context{Cluster: "load-balancer", AuthInfo: user}
	}
	for _, server := range servers {
		config.Clusters[server.name] = cluster(server.address)
		config.Contexts[server.name] = &clientcmdapi.Context{Cluster: server.name, AuthInfo: "admin"}
	}
	config.CurrentContext = "admin"
	return clientcmd.WriteToFile(*config, path)
}
