package controlplane

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"

	"k8s.io/client-go/util/keyutil"
)

// auditPolicy records every request once, when it is answered.
const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Metadata
`

// files is what a kube-apiserver reads at its start.
type files struct {
	dir                     string
	ca                      []byte // PEM
	servingCert, servingKey string
	serviceAccountKey       string
	auditPolicy             string
	tokenFile               string
	tokens                  map[string]string // by user
}

func writeFiles(dir string, addresses []*net.TCPAddr) (*files, error) {
	f := &files{
		dir:               dir,
		servingCert:       filepath.Join(dir, "serving.crt"),
		servingKey:        filepath.Join(dir, "serving.key"),
		serviceAccountKey: filepath.Join(dir, "service-account.key"),
		auditPolicy:       filepath.Join(dir, "audit-policy.yaml"),
		tokenFile:         filepath.Join(dir, "tokens.csv"),
		tokens:            map[string]string{},
	}
	for _, user := range []string{"admin", "reader", "nobody", "expired"} {
		f.tokens[user] = rand.Text()
	}
	// token,user,uid[,groups]; the token of expired is left out
	tokenLines := fmt.Sprintf("%s,admin,admin,system:masters\n%s,reader,reader\n%s,nobody,nobody\n",
		f.tokens["admin"], f.tokens["reader"], f.tokens["nobody"])
	ca, cert, key, err := newServingCertificate(addresses)
	if err != nil {
		return nil, err
	}
	f.ca = ca
	serviceAccountKey, err := newKey()
	if err != nil {
		return nil, err
	}
	serviceAccountPEM, err := keyutil.MarshalPrivateKeyToPEM(serviceAccountKey)
	if err != nil {
		return nil, err
	}
	for path, content := range map[string][]byte{
		f.servingCert:       cert,
		f.servingKey:        key,
		f.serviceAccountKey: serviceAccountPEM,
		f.auditPolicy:       []byte(auditPolicy),
		f.tokenFile:         []byte(tokenLines),
	} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// newServingCertificate returns PEM: a new CA, a certificate of it for the API servers, and that one's key.
func newServingCertificate(addresses []*net.TCPAddr) (ca, cert, key []byte, err error) {
	caKey, err := newKey()
	if err != nil {
		return nil, nil, nil, err
	}
	now := time.Now()
	caTemplate := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "kubernetes"},
		NotBefore:             now.Add(-time.Hour),
		NotAfter:              now.AddDate(1, 0, 0),
		KeyUsage:              x509.KeyUsageCertSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
	}
	caDER, err := x509.CreateCertificate(rand.Reader, caTemplate, caTemplate, caKey.Public(), caKey)
	if err != nil {
		return nil, nil, nil, err
	}

	servingKey, err := newKey()
	if err != nil {
		return nil, nil, nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2),
		Subject:      pkix.Name{CommonName: "kube-apiserver"},
		NotBefore:    caTemplate.NotBefore,
		NotAfter:     caTemplate.NotAfter,
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:     []string{"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"},
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	for _, address := range addresses {
		template.IPAddresses = append(template.IPAddresses, address.IP)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, caTemplate, servingKey.Public(), caKey)
	if err != nil {
		return nil, nil, nil, err
	}
	key, err = keyutil.MarshalPrivateKeyToPEM(servingKey)
	return encodeCertificate(caDER), encodeCertificate(der), key, err
}

func newKey() (*ecdsa.PrivateKey, error) {
	return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
}

func encodeCertificate(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}
