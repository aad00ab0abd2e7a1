// Where the page begins: draw it, open the socket, restore what the link holds.

import { render } from "preact";
import { App } from "./app";
import { listenToKeys } from "./keyboard";
import { restore } from "./link";
import { connect } from "./state";
import { followConnection, followData, followFrames, followTheme } from "./view";
import "./style.css";

followTheme();
followFrames();
followConnection();
followData();
listenToKeys();
render(<App />, document.getElementById("page")!);
connect(restore);
