export { type Html, html, textOf } from "../../operations/text/html.ts";
