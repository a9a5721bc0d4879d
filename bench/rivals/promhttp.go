// The official Go client behind net/http: the same series and the same options as bench/rivals/serve.h.
//
// It serves, on each address of --listen, --series counters that change ten times a second. It prints its addresses and
// ends at the end of its standard input.
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	kitlog "github.com/go-kit/log"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/exporter-toolkit/web"
)

func counters(registry *prometheus.Registry, series int) []prometheus.Counter {
	family := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "http_requests_total",
		Help: "Requests answered.",
	}, []string{"method", "path", "code"})
	registry.MustRegister(family)
	made := make([]prometheus.Counter, series)
	for i := range made {
		made[i] = family.WithLabelValues("GET", fmt.Sprintf("/api/v1/customers/%d/invoices", 1000000+i), "200")
	}
	return made
}

func add(counters []prometheus.Counter, amount float64) {
	for i, counter := range counters {
		if i%2 == 0 {
			counter.Add(amount)
		} else {
			counter.Add(amount / 3)
		}
	}
}

func listen(address string) (net.Listener, string) {
	network, prefix := "tcp", ""
	if strings.HasPrefix(address, "unix:") {
		network, prefix = "unix", "unix:"
	}
	listener, err := net.Listen(network, strings.TrimPrefix(address, prefix))
	if err != nil {
		log.Fatal(err)
	}
	return listener, prefix + listener.Addr().String()
}

func main() {
	addresses := flag.String("listen", "127.0.0.1:0", "addresses, separated by commas")
	config := flag.String("web-config-file", "", "web configuration file")
	series := flag.Int("series", 10000, "number of series")
	flag.Parse()

	registry := prometheus.NewRegistry()
	all := counters(registry, *series)
	add(all, 12345)
	go func() {
		for range time.Tick(100 * time.Millisecond) {
			add(all, 1)
		}
	}()

	flags := &web.FlagConfig{WebConfigFile: config}
	mux := http.NewServeMux()
	mux.Handle("/metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	for _, address := range strings.Split(*addresses, ",") {
		listener, shown := listen(strings.TrimSpace(address))
		server := &http.Server{Handler: mux, ErrorLog: log.New(io.Discard, "", 0)}
		go func() { log.Fatal(web.Serve(listener, server, flags, kitlog.NewNopLogger())) }()
		fmt.Println(shown)
	}
	fmt.Println("ready")
	io.Copy(io.Discard, os.Stdin)
}
