// Pyrra's own rules for the manifests of a file, one `groups` document each, as `pyrra generate` writes them.
package main

import (
	"bytes"
	"fmt"
	"os"

	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	"github.com/pyrra-dev/pyrra/kubernetes/api/v1alpha1"
	"sigs.k8s.io/yaml"
)

func main() {
	text, err := os.ReadFile(os.Args[1])
	check(err)
	for _, document := range bytes.Split(text, []byte("\n---\n")) {
		var manifest v1alpha1.ServiceLevelObjective
		check(yaml.Unmarshal(document, &manifest))
		objective, err := manifest.Internal()
		check(err)
		increases, err := objective.IncreaseRules()
		check(err)
		burnrates, err := objective.Burnrates()
		check(err)
		made, err := yaml.Marshal(monitoringv1.PrometheusRuleSpec{Groups: []monitoringv1.RuleGroup{increases, burnrates}})
		check(err)
		fmt.Printf("%s---\n", made)
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
