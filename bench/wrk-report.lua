-- `wrk … URL -- METHOD BODY`: the method and the body, if the request is not a plain GET.
function init(args)
  if args[1] then
    wrk.method = args[1]
    wrk.body = args[2]
  end
end

-- The results of wrk as one line of JSON. Times are in microseconds.
function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"durationUs":%d,"p50Us":%d,"p99Us":%d,"refused":%d,"failed":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.status, errors.connect + errors.read + errors.write + errors.timeout
  ))
end
