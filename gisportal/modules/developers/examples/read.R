# Set TOKEN to a token of yours; needs the package sf.
library(sf)

base <- "http://127.0.0.1:8000"
token <- Sys.getenv("TOKEN")
if (nzchar(token)) Sys.setenv(GDAL_HTTP_HEADERS = paste("Authorization: Bearer", token))

source <- paste0("OAPIF:", base, "/ogc/")
print(st_layers(source))
resources <- st_read(source, "resources", quiet = TRUE)
print(table(resources$category))
