# A national network of the Peer2Peer Graph, for statnet.
#
#   Rscript network.R            in this folder, or source("network.R") in R
#
# Plain R reads the files and counts. With the packages network and sna the measures are computed again and compared
# with measures.csv; with ergm two models are fitted; with ergm.multi the layers formal and informal are modelled
# together. What is not installed is passed over.

read_here <- function(file) {
  read.csv(file, encoding = "UTF-8", stringsAsFactors = FALSE, na.strings = "", colClasses = c(id = "character"))
}
has <- function(package) requireNamespace(package, quietly = TRUE)

actors   <- read_here("actors.csv")
pairs    <- read.csv("pairs.csv", stringsAsFactors = FALSE)
arcs     <- read.csv("arcs.csv", stringsAsFactors = FALSE)
measures <- read_here("measures.csv")
n <- nrow(actors)

matrix_of <- function(rows, both = TRUE) {
  m <- matrix(0, n, n, dimnames = list(actors$id, actors$id))
  if (nrow(rows)) {
    at <- cbind(match(rows[[1]], actors$id), match(rows[[2]], actors$id))
    m[at] <- 1
    if (both) m[at[, 2:1, drop = FALSE]] <- 1
  }
  m
}

# What the published measures are computed on: two actors are tied by at least one tie that is no opposition.
together <- pairs[pairs$ties > 0, ]
ties     <- matrix_of(together)
formal   <- matrix_of(pairs[pairs$formal + pairs$mixed > 0, ])
informal <- matrix_of(pairs[pairs$informal + pairs$mixed > 0, ])
against  <- matrix_of(pairs[pairs$against > 0, ])
ways     <- matrix_of(arcs, both = FALSE)

cat(sprintf("%d actors, %d tied pairs, %d pairs against each other\n", n, nrow(together), sum(pairs$against > 0)))
cat("Actors by family of roles:\n")
print(sort(table(actors$family), decreasing = TRUE))

agree <- function(name, theirs) {
  ours <- measures[[name]]
  ours[is.na(ours)] <- 0
  theirs[is.na(theirs)] <- 0
  apart <- if (n) max(abs(ours - theirs)) else 0
  cat(sprintf("%-16s %s (largest difference %.1e)\n", name, if (apart < 1e-9) "agrees" else "DIFFERS", apart))
}

if (has("sna") && n > 2) {
  agree("degree", sna::degree(ties, gmode = "graph"))
  agree("betweenness", sna::betweenness(ties, gmode = "graph", cmode = "undirected") / ((n - 1) * (n - 2) / 2))
  agree("core", sna::kcores(ties, mode = "graph"))
  broker <- sna::brokerage(ways, actors$family)$raw.nli
  agree("coordinator", broker[, "w_I"])
  agree("itinerant", broker[, "w_O"])
  agree("gatekeeper", broker[, "b_OI"])
  agree("representative", broker[, "b_IO"])
  agree("liaison", broker[, "b_O"])
} else cat("Without the package sna nothing is computed again: install.packages(\"sna\")\n")

network_of <- function(m, directed = FALSE) {
  made <- network::network(m, directed = directed, matrix.type = "adjacency")
  for (name in c("label", "role", "family")) network::set.vertex.attribute(made, name, actors[[name]])
  made
}

if (has("network")) {
  net       <- network_of(ties)
  net_ways  <- network_of(ways, directed = TRUE)
  print(net)
} else cat("Without the package network there is no network object: install.packages(\"network\")\n")

# Models are a beginning, not a result: think about what was not written down before you read their numbers.
fitted <- function(title, model) {
  cat("\n", title, "\n", sep = "")
  tryCatch(print(summary(model())), error = function(e) cat("not fitted:", conditionMessage(e), "\n"))
}
if (has("ergm") && has("network") && n > 20 && Sys.getenv("P2P_MODELS") != "no") {
  suppressMessages(library(ergm))
  set.seed(20191)
  fitted("Ties within a family of roles", function() ergm(net ~ edges + nodematch("family")))
  fitted("The same, given how many ties each family has", function()
    ergm(net ~ edges + nodefactor("family") + nodematch("family") + gwdegree(0.5, fixed = TRUE)))
  if (has("ergm.multi")) {
    suppressMessages(library(ergm.multi))
    layers <- Layer(formal = network_of(formal), informal = network_of(informal))
    fitted("Formal and informal ties as two layers", function()
      ergm(layers ~ L(~edges, ~formal) + L(~edges, ~informal) + L(~edges, ~formal & informal)))
  }
} else cat("Models need the packages ergm and network (and ergm.multi for layers): install.packages(\"ergm.multi\")\n")
