import { z } from 'zod'

export const defaultPeople = 8

/** What a camera says about the keypoints of its people. */
export const poseSchema = z.strictObject({
  model: z
    .string()
    .min(1)
    .exactOptional()
    .describe('Name of the pose model, or none. Absent: the first that watches the camera.'),
  fps: z
    .number()
    .positive()
    .max(60)
    .exactOptional()
    .describe('How often each person is looked at, per second. Absent: what the model says.'),
  people: z
    .int()
    .min(1)
    .max(64)
    .default(defaultPeople)
    .describe('Most people of one frame; the others are looked at in the next ones.'),
})
