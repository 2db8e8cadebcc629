import { expect, it } from 'vitest'
import { hidePlaces } from '../../../../src/core/text/hide-places.ts'

it.each([
  ['ffmpeg: /srv/vireo/segments/gate/x.mp4: Invalid data', 'ffmpeg: x.mp4: Invalid data'],
  ['file:/srv/vireo/x.mp4 and file:///srv/vireo/y.mp4', 'x.mp4 and y.mp4'],
  ["cannot open '/srv/vireo/v.yaml'", "cannot open 'v.yaml'"],
  ['/etc/vireo/v.yaml:7:5: cameras[0].url: is empty', 'v.yaml:7:5: cameras[0].url: is empty'],
  ['C:\\Vireo\\data\\x.mp4 is gone', 'x.mp4 is gone'],
  ['the folder /srv/vireo/ is full', 'the folder  is full'],
  ['(/var/lib/vireo/vireo.db)', '(vireo.db)'],
])('leaves the name of a file in %s', (text, shown) => expect(hidePlaces(text)).toBe(shown))

it.each([
  'rtsp://192.0.2.1/live/main',
  'ask /api/v1/clips/abc/media',
  '3 and/or 4/5 of 10.0.0.0/8',
  'application/json; a/b/c',
  'to: it is after from',
])('leaves %s', (text) => expect(hidePlaces(text)).toBe(text))

it('takes a time that grows with the text', () => {
  const beganMs = performance.now()
  hidePlaces('/a'.repeat(50_000))
  hidePlaces(`${'/'.repeat(50_000)}a`)
  expect(performance.now() - beganMs).toBeLessThan(2000)
})
