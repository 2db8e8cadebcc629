// ONNX Runtime for Linux reports to its maker and keeps logs in the temporary folder, unless this variable is set before
// its library is loaded. Nothing of an installation leaves it by itself: 0 in the environment allows it again. The
// library reads the environment of the process, which only the main thread can change.
process.env.ORT_DISABLE_TELEMETRY ??= '1'
