// The official Go client with the work of bench/*_bench.cc, on the same inputs: `client_golang SECONDS` measures every
// case for this time and prints one line for each, `CASE NANOSECONDS`.
package main

import (
	"bytes"
	"fmt"
	"log"
	"math"
	"math/bits"
	"os"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"time"
	"unsafe"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"
)

var statuses = [16][2]string{
	{"GET", "200"}, {"GET", "304"}, {"GET", "404"}, {"GET", "500"},
	{"POST", "201"}, {"POST", "400"}, {"POST", "409"}, {"POST", "500"},
	{"PUT", "204"}, {"PUT", "400"}, {"PUT", "404"}, {"PUT", "500"},
	{"HEAD", "200"}, {"HEAD", "304"}, {"HEAD", "404"}, {"HEAD", "500"},
}

const routes = 10000

var requests = prometheus.CounterOpts{Name: "http_requests_total", Help: "Requests answered."}

// pin binds the calling goroutine to one of the allowed cores, as Pinned in bench/threads.h does.
func pin(thread int) {
	runtime.LockOSThread()
	var allowed, one [16]uint64
	size := unsafe.Sizeof(allowed)
	syscall.RawSyscall(syscall.SYS_SCHED_GETAFFINITY, 0, size, uintptr(unsafe.Pointer(&allowed)))
	var cores []int
	for word, mask := range allowed {
		for ; mask != 0; mask &= mask - 1 {
			cores = append(cores, word*64+bits.TrailingZeros64(mask))
		}
	}
	core := cores[thread%len(cores)]
	one[core/64] = 1 << (core % 64)
	syscall.RawSyscall(syscall.SYS_SCHED_SETAFFINITY, 0, size, uintptr(unsafe.Pointer(&one)))
}

// elapsed returns the time in which each thread calls work(thread, times) once.
func elapsed(threads, times int, work func(thread, times int)) time.Duration {
	var ready, ended sync.WaitGroup
	ready.Add(threads)
	ended.Add(threads)
	taken := make([]time.Duration, threads)
	for thread := 0; thread < threads; thread++ {
		go func(thread int) {
			defer ended.Done()
			pin(thread) // the system's thread ends with the goroutine
			ready.Done()
			ready.Wait()
			begin := time.Now()
			work(thread, times)
			taken[thread] = time.Since(begin)
		}(thread)
	}
	ended.Wait()
	longest := taken[0]
	for _, each := range taken {
		if each > longest {
			longest = each
		}
	}
	return longest
}

// measure repeats an operation for at least this time with one thread and with two, and prints the time of one.
func measure(name string, seconds float64, work func(thread, times int)) {
	for _, threads := range []int{1, 2} {
		times := 1000
		taken := elapsed(threads, times, work)
		for taken.Seconds() < seconds {
			if taken.Seconds() < seconds/10 {
				times *= 10
			} else {
				times *= 2
			}
			taken = elapsed(threads, times, work)
		}
		fmt.Printf("%s/threads:%d %g\n", name, threads, float64(taken.Nanoseconds())/float64(times))
	}
}

// latencies returns those of bench/inputs.h: all 15 buckets get the same number of them, in random order.
func latencies() [1024]float64 {
	var values [1024]float64
	for i := range values {
		values[i] = 0.001 * math.Exp2(15*(float64(i)+0.5)/1024-1)
	}
	random := uint64(88172645463325252)
	for i := len(values) - 1; i > 0; i-- {
		random ^= random << 13
		random ^= random >> 7
		random ^= random << 17
		j := int(random % uint64(i+1))
		values[i], values[j] = values[j], values[i]
	}
	return values
}

// text measures a text of counters with three labels. All change between two texts, half of them by a fraction.
func text(seconds float64) {
	registry := prometheus.NewRegistry()
	family := prometheus.NewCounterVec(requests, []string{"method", "path", "code"})
	registry.MustRegister(family)
	counters := make([]prometheus.Counter, routes)
	for i := range counters {
		counters[i] = family.WithLabelValues("GET", fmt.Sprintf("/api/v1/customers/%d/invoices", 1000000+i), "200")
		counters[i].Add(12345)
	}
	var body bytes.Buffer
	var taken time.Duration
	texts := 0
	for taken.Seconds() < seconds || texts < 2 {
		for i, counter := range counters {
			if i%2 == 0 {
				counter.Add(1)
			} else {
				counter.Add(1.0 / 3)
			}
		}
		begin := time.Now()
		body.Reset()
		families, err := registry.Gather()
		if err != nil {
			log.Fatal(err)
		}
		encoder := expfmt.NewEncoder(&body, expfmt.FmtText)
		for _, each := range families {
			if err := encoder.Encode(each); err != nil {
				log.Fatal(err)
			}
		}
		taken += time.Since(begin)
		texts++
	}
	fmt.Printf("text_counters/series:%d %g\n", routes, float64(taken.Nanoseconds())/float64(texts*routes))
}

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: client_golang SECONDS")
	}
	seconds, err := strconv.ParseFloat(os.Args[1], 64)
	if err != nil {
		log.Fatal(err)
	}

	counter := prometheus.NewCounter(requests)
	measure("counter_inc", seconds, func(_, times int) {
		for i := 0; i < times; i++ {
			counter.Inc()
		}
	})

	gauge := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "http_requests_in_flight", Help: "Requests being answered now.",
	})
	measure("gauge_inc", seconds, func(_, times int) {
		for i := 0; i < times; i++ {
			gauge.Inc()
		}
	})
	measure("gauge_set", seconds, func(_, times int) {
		for i := 0; i < times; i++ {
			gauge.Set(float64(i))
		}
	})

	histogram := prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "http_request_duration_seconds", Help: "Time to answer a request.",
		Buckets: prometheus.ExponentialBuckets(0.001, 2, 14),
	})
	values := latencies()
	measure("histogram_rotating", seconds, func(thread, times int) {
		for i := 0; i < times; i++ {
			histogram.Observe(values[(i+7*thread)%1024])
		}
	})

	family := prometheus.NewCounterVec(requests, []string{"method", "code"})
	measure("lookup_inc", seconds, func(thread, times int) {
		for i := 0; i < times; i++ {
			status := &statuses[(i+7*thread)%16]
			family.WithLabelValues(status[0], status[1]).Inc()
		}
	})

	text(seconds)
}
