//! Programs that listen somewhere else than they have to: what they are told.

use crate::scene::Scene;

/// What a server is told that is run with this program.
fn told(name: &str, program: &str) -> (String, Scene) {
    let scenario = format!(
        "[scenario]\nname = '{name}'\n\
         [[process]]\nname = 'server'\ncommand = ['python3', 'main.py']\nports = 1\nready_s = 2\n\
         [[check]]\nname = 'answers'\nprocess = 'server'\nget = '/'\nwithin_s = 0\n"
    );
    let mut scene = Scene::of(name, &scenario);
    scene.write("server/main.py", program);
    let verdict = scene.run();
    let told = &verdict["checks"][0]["anomalies"][0]["summary"];
    (told.as_str().expect("a sentence").to_owned(), scene)
}

#[test]
fn a_program_that_does_not_read_its_port_is_told_where_it_listens() {
    // It is a child of what was started that listens.
    let (told, scene) = told(
        "other-port",
        "import os, socket, threading\n\
         server = socket.create_server(('0.0.0.0', 0))\n\
         open('ports.txt', 'w').write(f\"{os.environ['PORT']} {server.getsockname()[1]}\")\n\
         if os.fork():\n    server.close()\n\
         threading.Event().wait()\n",
    );
    let ports = scene.read("server/ports.txt");
    let (port, other) = ports.split_once(' ').expect("two ports");
    let expected = format!(
        "server accepted no connection on port {port} of its PORT within 2 s. It listens on \
         {other}: does it read PORT from its environment? It wrote nothing."
    );
    assert_eq!(told, expected);
}

#[test]
fn a_program_that_listens_on_another_address_is_told_on_which() {
    let (told, scene) = told(
        "other-address",
        "import os, socket, threading\n\
         server = socket.create_server(('127.0.0.2', int(os.environ['PORT'])))\n\
         open('ports.txt', 'w').write(os.environ['PORT'])\n\
         print('listening', flush=True)\n\
         threading.Event().wait()\n",
    );
    let port = scene.read("server/ports.txt");
    let expected = format!(
        "server accepted no connection on port {port} of its PORT within 2 s. It listens on this \
         port, but only on the address 127.0.0.2: it has to listen on 127.0.0.1. Its last output: \
         listening."
    );
    assert_eq!(told, expected);
}
