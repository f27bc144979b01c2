// Renders the chart as Helm does, with the template engine and the function library that Helm uses. It is for machines
// without Helm. Arguments: the folder of the templates. Standard input: JSON with Chart, Release and Values.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	"gopkg.in/yaml.v2"
)

func main() {
	var data map[string]interface{}
	check(json.NewDecoder(os.Stdin).Decode(&data))
	root := template.New("chart").Option("missingkey=zero")
	functions := sprig.TxtFuncMap()
	functions["include"] = func(name string, given interface{}) (string, error) {
		var text bytes.Buffer
		err := root.ExecuteTemplate(&text, name, given)
		return text.String(), err
	}
	functions["required"] = func(message string, value interface{}) (interface{}, error) {
		if value == nil || value == "" {
			return nil, errors.New(message)
		}
		return value, nil
	}
	functions["toYaml"] = func(value interface{}) (string, error) {
		text, err := yaml.Marshal(value)
		return strings.TrimSuffix(string(text), "\n"), err
	}
	root.Funcs(functions)
	for _, pattern := range []string{"*.tpl", "*.yaml"} {
		files, err := filepath.Glob(filepath.Join(os.Args[1], pattern))
		check(err)
		for _, file := range files {
			text, err := os.ReadFile(file)
			check(err)
			_, err = root.New(filepath.Base(file)).Parse(string(text))
			check(err)
		}
	}
	for _, each := range root.Templates() {
		if filepath.Ext(each.Name()) != ".yaml" {
			continue
		}
		fmt.Printf("---\n# Source: %s\n", each.Name())
		check(root.ExecuteTemplate(os.Stdout, each.Name(), data))
		fmt.Println()
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
