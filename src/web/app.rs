//! Every route on one page.

use std::future::ready;

use actix_multipart::form::MultipartFormConfig;
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, Resource};
use utoipa_swagger_ui::SwaggerUi;

use crate::web::admin::{assignments, audit, customers, import, punchouts, settings, shops, start, systems, trial};
use crate::web::vendor::{accounts, licenses};
use crate::web::{api, assets, frame, health, pages, portal, problem, procurement, profile, signin, tools};

/// A file of customers with its form.
const UPLOAD_LIMIT: usize = 11 * 1024 * 1024;

/// The gateway's own listener.
pub fn routes(config: &mut ServiceConfig) {
    // Procurement systems and buyers' browsers.
    for call in ["/oci/{system}", "/oci/{system}/", "/oci", "/oci/"] {
        config.service(
            web::resource(call)
                .route(web::get().to(procurement::call))
                .route(web::post().to(procurement::call))
                .default_service(web::to(procurement::other_method)),
        );
    }
    config
        .service(only("/return/{ticket}", "GET").route(web::get().to(procurement::return_page)))
        .service(only("/leave/{ticket}", "GET").route(web::get().to(procurement::leave)))
        .route("/", web::get().to(procurement::home))
        // Shops.
        .service(only("/api/v1/entries/redeem", "POST").route(web::post().to(api::redeem)))
        .service(
            only("/api/v1/punchouts/{id}", "GET, DELETE")
                .route(web::get().to(api::punchout))
                .route(web::delete().to(api::close)),
        )
        .service(only("/api/v1/punchouts/{id}/cart", "POST").route(web::post().to(api::put_cart)))
        .service(only("/api/v1/customers/{number}", "PUT").route(web::put().to(api::put_customer)))
        .service(
            only("/api/openapi.json", "GET, HEAD")
                .route(web::get().to(api::description))
                .route(web::head().to(api::description)),
        )
        .service(web::redirect("/api/docs", "/api/docs/"))
        .service(SwaggerUi::new("/api/docs/{_:.*}").config(utoipa_swagger_ui::Config::from("/api/openapi.json")))
        .service(web::scope("/api").default_service(web::to(api::unknown)))
        // Anybody's tools.
        .service(
            web::resource("/tools/check")
                .app_data(MultipartFormConfig::default().total_limit(tools::FORM_LIMIT).memory_limit(tools::FORM_LIMIT))
                .route(web::get().to(tools::page))
                .route(web::post().to(tools::check)),
        )
        // Operators.
        .service(
            only("/health/live", "GET, HEAD").route(web::get().to(health::live)).route(web::head().to(health::live)),
        )
        .service(
            only("/health/ready", "GET, HEAD").route(web::get().to(health::ready)).route(web::head().to(health::ready)),
        )
        .route("/assets/punchgate.css", web::get().to(assets::stylesheet))
        .route("/assets/punchgate.js", web::get().to(assets::script))
        .route("/assets/htmx.min.js", web::get().to(assets::htmx))
        .route("/assets/icon.svg", web::get().to(assets::icon))
        // Pages for people who sign in; `explain` makes a page of what their handlers refuse.
        .service(web::scope("").wrap(from_fn(frame::explain)).configure(signed_in))
        .default_service(web::to(pages::not_found));
}

/// A path for programs, which says with which methods it may be asked when it is asked by another.
fn only(path: &str, methods: &'static str) -> Resource {
    web::resource(path).default_service(web::to(move |request: HttpRequest| ready(problem::method(&request, methods))))
}

fn signed_in(config: &mut ServiceConfig) {
    config
        // Signing in.
        .service(web::resource("/signin").route(web::get().to(signin::page)).route(web::post().to(signin::sign_in)))
        .service(
            web::resource("/signin/code")
                .route(web::get().to(signin::code_page))
                .route(web::post().to(signin::give_code)),
        )
        .service(
            web::resource("/invitation/{token}")
                .route(web::get().to(signin::invitation))
                .route(web::post().to(signin::accept)),
        )
        .route("/signout", web::post().to(signin::sign_out))
        .route("/language", web::post().to(signin::choose_language))
        // The license portal.
        .route("/account/license", web::get().to(portal::list))
        .route("/account/license/{id}", web::get().to(portal::license))
        .route("/account/license/{id}/connect", web::post().to(portal::connect))
        .service(
            web::resource("/account/license/{id}/disconnect")
                .route(web::get().to(portal::ask_disconnect))
                .route(web::post().to(portal::disconnect)),
        )
        .route("/admin", web::get().to(start::page))
        // Administration: shops and their customers.
        .route("/admin/shops", web::get().to(shops::list))
        .service(
            web::resource("/admin/shops/new").route(web::get().to(shops::new)).route(web::post().to(shops::create)),
        )
        .service(
            web::resource("/admin/shops/{slug}").route(web::get().to(shops::shop)).route(web::post().to(shops::save)),
        )
        .route("/admin/shops/{slug}/keys", web::post().to(shops::rotate))
        .route("/admin/shops/{slug}/keys/{id}/revoke", web::post().to(shops::revoke))
        .route("/admin/shops/{slug}/remove", web::post().to(shops::remove))
        .route("/admin/customers", web::get().to(customers::list))
        .service(
            web::resource("/admin/customers/new")
                .route(web::get().to(customers::new))
                .route(web::post().to(customers::create)),
        )
        .service(
            web::resource("/admin/customers/import")
                .app_data(MultipartFormConfig::default().total_limit(UPLOAD_LIMIT).memory_limit(UPLOAD_LIMIT))
                .route(web::get().to(import::choose))
                .route(web::post().to(import::preview)),
        )
        .service(
            web::resource("/admin/customers/import/{id}")
                .route(web::get().to(import::progress))
                .route(web::post().to(import::confirm)),
        )
        .service(
            web::resource("/admin/customers/{id}")
                .route(web::get().to(customers::customer))
                .route(web::post().to(customers::save)),
        )
        .route("/admin/customers/{id}/password", web::post().to(customers::set_password))
        .service(
            web::resource("/admin/customers/{id}/remove")
                .route(web::get().to(customers::ask_remove))
                .route(web::post().to(customers::remove)),
        )
        // Administration: OCI systems.
        .route("/admin/systems", web::get().to(systems::list))
        .service(
            web::resource("/admin/systems/new")
                .route(web::get().to(systems::new))
                .route(web::post().to(systems::create)),
        )
        .route("/admin/license-check", web::get().to(systems::check_license))
        .service(
            web::resource("/admin/systems/{slug}")
                .route(web::get().to(systems::general))
                .route(web::post().to(systems::save)),
        )
        .service(
            web::resource("/admin/systems/{slug}/remove")
                .route(web::get().to(systems::ask_remove))
                .route(web::post().to(systems::remove)),
        )
        .route("/admin/systems/{slug}/customers", web::get().to(assignments::list))
        .service(
            web::resource("/admin/systems/{slug}/customers/new")
                .route(web::get().to(assignments::new))
                .route(web::post().to(assignments::assign)),
        )
        .route("/admin/systems/{slug}/customers/choices", web::get().to(assignments::choices))
        .service(
            web::resource("/admin/systems/{slug}/customers/{id}")
                .route(web::get().to(assignments::place))
                .route(web::post().to(assignments::change)),
        )
        .service(
            web::resource("/admin/systems/{slug}/customers/{id}/remove")
                .route(web::get().to(assignments::ask_remove))
                .route(web::post().to(assignments::remove)),
        )
        // Administration: the settings of an OCI system.
        .service(
            web::resource("/admin/systems/{slug}/login")
                .route(web::get().to(settings::login))
                .route(web::post().to(settings::save_login)),
        )
        .service(
            web::resource("/admin/systems/{slug}/return")
                .route(web::get().to(settings::giveback))
                .route(web::post().to(settings::save_giveback)),
        )
        .service(
            web::resource("/admin/systems/{slug}/fields")
                .route(web::get().to(settings::fields))
                .route(web::post().to(settings::save_fields)),
        )
        .service(
            web::resource("/admin/systems/{slug}/units")
                .route(web::get().to(settings::units))
                .route(web::post().to(settings::save_units)),
        )
        .service(
            web::resource("/admin/systems/{slug}/preset")
                .route(web::get().to(settings::preset))
                .route(web::post().to(settings::apply_preset)),
        )
        // Administration: the audit log.
        .route("/admin/audit", web::get().to(audit::list))
        .route("/admin/audit.csv", web::get().to(audit::csv))
        // The vendor.
        .route("/vendor", web::get().to(accounts::list))
        .service(
            web::resource("/vendor/accounts/new")
                .route(web::get().to(accounts::new))
                .route(web::post().to(accounts::create)),
        )
        .route("/vendor/accounts/{id}", web::get().to(accounts::account))
        .route("/vendor/accounts/{id}/invite", web::post().to(accounts::invite))
        .route("/vendor/licenses", web::get().to(licenses::list))
        .service(
            web::resource("/vendor/licenses/new")
                .route(web::get().to(licenses::new))
                .route(web::post().to(licenses::issue)),
        )
        .route("/vendor/licenses/{id}", web::get().to(licenses::license))
        .route("/vendor/licenses/{id}/{change}", web::post().to(licenses::change))
        // One's own account.
        .route("/account", web::get().to(profile::page))
        .route("/account/password", web::post().to(profile::change_password))
        .service(
            web::resource("/account/second-factor")
                .route(web::get().to(profile::second_factor))
                .route(web::post().to(profile::switch_on)),
        )
        .route("/account/second-factor/off", web::post().to(profile::switch_off))
        .route("/account/sessions", web::post().to(profile::sign_out_elsewhere))
        // Administration: punchouts.
        .route("/admin/punchouts", web::get().to(punchouts::list))
        .route("/admin/punchouts/{id}", web::get().to(punchouts::punchout))
        .service(
            web::resource("/admin/punchouts/{id}/cancel")
                .route(web::get().to(punchouts::ask_cancel))
                .route(web::post().to(punchouts::cancel)),
        )
        .route("/admin/refusals/{id}", web::get().to(punchouts::refusal))
        // Administration: trying a system.
        .service(
            web::resource("/admin/systems/{slug}/test")
                .route(web::get().to(trial::ask))
                .route(web::post().to(trial::start)),
        )
        .route("/admin/trial/{id}", web::get().to(trial::page))
        .route("/admin/trial/{id}/enter", web::get().to(trial::enter))
        .route("/admin/trial/{id}/cart", web::post().to(trial::hand_over))
        .service(
            web::resource("/admin/trial/{id}/return")
                .route(web::post().to(trial::returned))
                .route(web::get().to(trial::returned_by_get)),
        );
}

/// The listener for monitoring.
pub fn monitoring(config: &mut ServiceConfig) {
    config.route("/metrics", web::get().to(health::metrics));
}
