export { readWorkflow } from "./read-workflow.ts";
