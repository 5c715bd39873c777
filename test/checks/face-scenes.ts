/**
 * Shows the face gate many drawn frames: `node main/run.mjs test/checks/face-scenes.ts [frames] [seed]`. Prints
 * how many of an empty, a blurred or a crowded scene it would have sealed, and how many small faces it finds;
 * the exit code is 1 when it would have sealed any, or found fewer than 99 in 100. Needs the models for
 * development.
 */
import { SceneChecker } from '../support/face-scenes.ts'
import { NO_MODELS } from '../support/gate-models.ts'

const frames = Number(process.argv[2] ?? 10_000)
const seed = Number(process.argv[3] ?? 1)

if (NO_MODELS) {
  console.log(`skipped: ${NO_MODELS}`)
} else {
  const checker = await SceneChecker.open()
  const findings = await checker.check(frames, seed, (done) => {
    if (done % 100 === 0) process.stderr.write(`\r${done} `)
  })
  await checker.close()
  const { taken, smallFaces, smallFound } = findings
  console.log(JSON.stringify({ seed, ...findings, taken: taken.length, first: taken.slice(0, 5) }))
  if (taken.length > 0 || smallFound < smallFaces * 0.99) process.exitCode = 1
}
