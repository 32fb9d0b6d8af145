export { type Html, html, textOf } from "../../operations/html.ts";
