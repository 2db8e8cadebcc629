// Ends with 0 when Vireo is ready. Plain JavaScript without dependencies; used by HEALTHCHECK in the images.
const url = process.env.VIREO_HEALTH_URL ?? 'http://127.0.0.1:8080/readyz'
try {
  const answer = await fetch(url, { signal: AbortSignal.timeout(4000) })
  if (!answer.ok) throw new Error(`status ${answer.status}`)
  process.exitCode = 0
} catch (thrown) {
  process.stderr.write(`not ready: ${thrown.message}\n`)
  process.exitCode = 1
}
