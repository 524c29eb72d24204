// Child processes of tests are those of the product, which dies with them too: see there.
export { startProcess, type Exit, type RunningProcess } from '#platform/process/child-process.ts'
