// Loaded before a process (node --import), it lets that process live on another day: what the wall clock shows begins at
// VIREO_TEST_DAY, an ISO time, and goes on from there.
const day = process.env.VIREO_TEST_DAY
if (day !== undefined) {
  const now = Date.now.bind(Date)
  const offsetMs = Date.parse(day) - now()
  Date.now = () => now() + offsetMs
}
