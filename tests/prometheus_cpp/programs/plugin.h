#pragma once

#include <prometheus/registry.h>

// The functions of the plugin. The host finds them by their names.
using RegisterMetrics = void(prometheus::Registry&);
using HandleEvents = void(int);
