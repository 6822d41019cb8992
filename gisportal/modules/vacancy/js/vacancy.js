// The page of a new link: its print button.
import { printButtons } from "../../../portal/js/lib/print.js";

printButtons();
