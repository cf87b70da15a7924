package main

import (
	"context"
	"errors"
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// definitionsPage is small because a definition has 100 KB.
const definitionsPage = 50

// customResources reads the definitions, and lists the objects of those with a deprecated version. The typed client would
// decode every schema, which takes more time and memory than all the rest.
func (s *sweep) customResources(ctx context.Context) error {
	for next := ""; ; {
		body, err := s.typed.RESTClient().Get().AbsPath("/apis/apiextensions.k8s.io/v1/customresourcedefinitions").
			SetHeader("Accept", "application/vnd.kubernetes.protobuf").
			Param("limit", fmt.Sprint(definitionsPage)).Param("continue", next).DoRaw(ctx)
		if err != nil {
			return err
		}
		var definitions []definition
		if definitions, next, err = decodeDefinitions(body); err != nil {
			return err
		}
		s.counts.add("definitions", len(definitions))
		for _, d := range definitions {
			if !d.deprecated {
				continue
			}
			if err := s.objects(ctx, schema.GroupVersionResource{Group: d.group, Version: d.storage, Resource: d.plural}); err != nil {
				return err
			}
		}
		if next == "" {
			return nil
		}
	}
}

// definition is what tells of versions in a CustomResourceDefinition.
type definition struct {
	group, plural, storage string
	deprecated             bool
}

// decodeDefinitions reads a CustomResourceDefinitionList. Its numbers are those of generated.proto of apiextensions/v1:
// ListMeta is 1 and has continue as 3, items are 2, spec is 2; in it group is 1, names is 3 and has plural as 1, and
// versions are 7, with name 1, storage 3, deprecated 7.
func decodeDefinitions(body []byte) (definitions []definition, next string, err error) {
	const magic = "k8s\x00"
	if len(body) < len(magic) || string(body[:len(magic)]) != magic {
		return nil, "", errors.New("the answer is not protobuf")
	}
	var list []byte // raw is field 2 of Unknown
	if err := fields(body[len(magic):], func(number protowire.Number, value []byte, _ uint64) error {
		if number == 2 {
			list = value
		}
		return nil
	}); err != nil {
		return nil, "", err
	}
	err = fields(list, func(number protowire.Number, value []byte, _ uint64) error {
		switch number {
		case 1:
			return fields(value, func(number protowire.Number, value []byte, _ uint64) error {
				if number == 3 {
					next = string(value)
				}
				return nil
			})
		case 2:
			d, err := decodeDefinition(value)
			definitions = append(definitions, d)
			return err
		}
		return nil
	})
	return definitions, next, err
}

func decodeDefinition(item []byte) (d definition, err error) {
	err = fields(item, func(number protowire.Number, spec []byte, _ uint64) error {
		if number != 2 {
			return nil
		}
		return fields(spec, func(number protowire.Number, value []byte, _ uint64) error {
			switch number {
			case 1:
				d.group = string(value)
			case 3:
				return fields(value, func(number protowire.Number, value []byte, _ uint64) error {
					if number == 1 {
						d.plural = string(value)
					}
					return nil
				})
			case 7:
				return d.addVersion(value)
			}
			return nil
		})
	})
	return d, err
}

func (d *definition) addVersion(version []byte) error {
	var name string
	return fields(version, func(number protowire.Number, value []byte, flag uint64) error {
		switch {
		case number == 1:
			name = string(value)
		case number == 3 && flag != 0:
			d.storage = name
		case number == 7 && flag != 0:
			d.deprecated = true
		}
		return nil
	})
}

// fields calls use with every field of a message: its bytes, or its number.
func fields(message []byte, use func(number protowire.Number, value []byte, n uint64) error) error {
	for len(message) > 0 {
		number, kind, size := protowire.ConsumeTag(message)
		if size < 0 {
			return protowire.ParseError(size)
		}
		message = message[size:]
		var value []byte
		var n uint64
		switch kind {
		case protowire.BytesType:
			value, size = protowire.ConsumeBytes(message)
		case protowire.VarintType:
			n, size = protowire.ConsumeVarint(message)
		default:
			size = protowire.ConsumeFieldValue(number, kind, message)
		}
		if size < 0 {
			return protowire.ParseError(size)
		}
		if err := use(number, value, n); err != nil {
			return err
		}
		message = message[size:]
	}
	return nil
}
